import { lipBorderDelayMs } from '../protocol/index.js';
import { type ShownPhoneme, shownPhonemes } from './lip-frames.js';
import type { SessionLine } from './session-line.js';
import type { LipPhoneme } from './timeline.js';

/** An answer takes up to 163 ms at 12 frames a second; one without it in this time gets none. */
const ANSWER_MS = 1000;
/** LIPSYNC_EVENT_STOP comes at most so long after the end. */
const STOP_EVENT_MS = 1000;

interface Part {
  readonly number: number;
  readonly messageAtMs: number;
  readonly shown: readonly ShownPhoneme[];
  readonly lengthMs: number;
  /** Undefined while LIPSYNC_EVENT_START may still come. */
  startMs: number | undefined;
  eventStartMs: number | undefined;
  eventStopMs: number | undefined;
  /** When a LIPSYNC_STOP or the end of the connection ended it; Infinity: nothing did. */
  stoppedAtMs: number;
}

/** What one line says about lips. */
type LipLine =
  | { readonly kind: 'start'; readonly list: string }
  | { readonly kind: 'stop' | 'eventStart' | 'eventStop' };

/** Whose lips a line moves, or undefined: the alias of a LIPSYNC_START that left or that MMDAgent-EX made itself. */
export function lipModelOf(line: SessionLine): string | undefined {
  if (line.kind !== 'sent' && line.kind !== 'received') return undefined;
  if (!line.text.startsWith('LIPSYNC_START|')) return undefined;
  return line.text.split('|', 2)[1];
}

/** The phonemes that one model's mouth showed, in order and without overlap. */
export async function* lipPhonemes(
  lines: AsyncIterable<SessionLine>,
  model: string,
): AsyncGenerator<LipPhoneme, void> {
  const track = new LipTrack(model);
  for await (const line of lines) {
    track.take(line);
    yield* track.finished(line.atMs);
  }
  yield* track.finished(Number.POSITIVE_INFINITY);
}

/** The parts of one model that are not over yet: each ends when the next one takes its place, or by itself. */
class LipTrack {
  readonly #model: string;
  readonly #parts: Part[] = [];
  #count = 0;
  /** From message to lips, as it was last. */
  #delayMs = 0;
  #lastStartMs = 0;

  constructor(model: string) {
    this.#model = model;
  }

  take(line: SessionLine): void {
    if (line.kind === 'state' && (line.status === 'disconnected' || line.status === 'closed')) {
      this.#stop(line.atMs);
      return;
    }
    const lips = lipLine(line, this.#model);
    if (lips === undefined) return;
    if (lips.kind === 'start') this.#add(lips.list, line.atMs);
    else if (lips.kind === 'stop') this.#stop(line.atMs);
    else if (lips.kind === 'eventStart') this.#started(line.atMs);
    else this.#stopped(line.atMs);
  }

  /** What can change no more, now that `nowMs` has been read. */
  *finished(nowMs: number): Generator<LipPhoneme, void> {
    for (const part of this.#parts) {
      if (part.startMs !== undefined) continue;
      if (nowMs <= part.messageAtMs + ANSWER_MS) break;
      this.#begin(part, part.messageAtMs + this.#delayMs);
    }
    for (let part = this.#parts[0]; part?.startMs !== undefined; part = this.#parts[0]) {
      const next = this.#parts[1];
      const isOver =
        next === undefined
          ? nowMs > part.startMs + part.lengthMs + STOP_EVENT_MS
          : next.startMs !== undefined || part.stoppedAtMs < next.messageAtMs;
      if (!isOver) return;
      this.#parts.shift();
      yield* this.#phonemes(part, part.startMs, next?.startMs ?? Number.POSITIVE_INFINITY);
    }
  }

  #add(list: string, messageAtMs: number): void {
    const shown = shownPhonemes(list);
    this.#parts.push({
      number: ++this.#count,
      messageAtMs,
      shown,
      lengthMs: shown.at(-1)?.endMs ?? 0,
      startMs: undefined,
      eventStartMs: undefined,
      eventStopMs: undefined,
      stoppedAtMs: Number.POSITIVE_INFINITY,
    });
  }

  #started(atMs: number): void {
    const part = this.#parts.find(
      ({ startMs, messageAtMs }) => startMs === undefined && atMs <= messageAtMs + ANSWER_MS,
    );
    if (part === undefined) return;
    part.eventStartMs = atMs;
    this.#delayMs = lipBorderDelayMs(atMs - part.messageAtMs);
    this.#begin(part, part.messageAtMs + this.#delayMs);
  }

  #begin(part: Part, startMs: number): void {
    this.#lastStartMs = Math.max(this.#lastStartMs, startMs);
    part.startMs = this.#lastStartMs;
  }

  /** A stop belongs to the oldest that began: a replaced one stops just before its successor starts. */
  #stopped(atMs: number): void {
    const part = this.#parts.find(
      ({ eventStartMs, eventStopMs }) => eventStartMs !== undefined && eventStopMs === undefined,
    );
    if (part !== undefined) part.eventStopMs = atMs;
  }

  #stop(atMs: number): void {
    for (const part of this.#parts) part.stoppedAtMs = Math.min(part.stoppedAtMs, atMs);
  }

  *#phonemes(part: Part, startMs: number, nextMs: number): Generator<LipPhoneme, void> {
    const stoppedMs = Math.min(part.stoppedAtMs, part.eventStopMs ?? Number.POSITIVE_INFINITY);
    const endMs = Math.max(startMs, Math.min(startMs + part.lengthMs, nextMs, stoppedMs));
    for (const [index, phoneme] of part.shown.entries()) {
      const fromMs = startMs + phoneme.startMs;
      if (fromMs >= endMs) return;
      const toMs = Math.min(startMs + phoneme.endMs, endMs);
      const isLast = index === part.shown.length - 1;
      yield {
        kind: 'lip',
        startMs: fromMs,
        endMs: toMs,
        model: this.#model,
        phoneme: phoneme.phoneme,
        part: part.number,
        askedMs: phoneme.askedMs,
        messageAtMs: part.messageAtMs,
        eventStartMs: part.eventStartMs,
        eventStopMs: part.eventStopMs,
        isCut: toMs < startMs + phoneme.endMs || (!isLast && toMs >= endMs),
      };
    }
  }
}

function lipLine(line: SessionLine, model: string): LipLine | undefined {
  if (line.kind !== 'sent' && line.kind !== 'received') return undefined;
  if (!line.text.startsWith('LIPSYNC_')) return undefined;
  const [type, alias, list = ''] = line.text.split('|');
  if (alias !== model) return undefined;
  switch (type) {
    case 'LIPSYNC_START':
      return { kind: 'start', list };
    case 'LIPSYNC_STOP':
      return { kind: 'stop' };
    case 'LIPSYNC_EVENT_START':
      return line.kind === 'received' ? { kind: 'eventStart' } : undefined;
    case 'LIPSYNC_EVENT_STOP':
      return line.kind === 'received' ? { kind: 'eventStop' } : undefined;
    default:
      return undefined;
  }
}
