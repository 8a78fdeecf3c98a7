import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SoundRecorder } from '../audio/index.js';
import { BYTES_PER_MS } from '../protocol/index.js';
import { type Clock, errorText, type Logger } from '../runtime/index.js';

/** A line of messages.jsonl. `atMs` counts from the beginning of the recording. */
export type RecordedLine =
  | { readonly atMs: number; readonly kind: 'begin'; readonly lane: string; readonly wallMs: number }
  /** Sound goes on at `soundMs` of sound.wav after a silence on the wire. */
  | { readonly atMs: number; readonly kind: 'sound'; readonly soundMs: number }
  | {
      readonly atMs: number;
      readonly kind: 'sent' | 'received' | 'echo';
      readonly soundMs: number;
      readonly text: string;
    };

/** Sound units further apart than this are told as a new beginning. */
const GAP_MS = 200;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * `--record DIR`: keeps what was sent to each avatar: sound.wav (all sound, without the silences between utterances) and
 * messages.jsonl (lines both ways, and where in the sound and when they stood), so that it can be replayed.
 *
 * Never in the way: a full disk or a slow one ends the recording of that lane with one warning.
 */
export class LaneRecorders {
  readonly #directory: string | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lanes = new Map<string, LaneRecorder>();

  constructor(directory: string | undefined, clock: Clock, logger: Logger) {
    this.#directory = directory;
    this.#clock = clock;
    this.#logger = logger;
  }

  sound(lane: string, pcm: Uint8Array, nowMs: number): void {
    if (this.#directory !== undefined) this.#lane(lane, this.#directory).sound(pcm, nowMs);
  }

  sent(lane: string, text: string): void {
    if (this.#directory !== undefined) this.#lane(lane, this.#directory).line('sent', text);
  }

  received(lane: string, text: string, isEcho: boolean): void {
    if (this.#directory !== undefined)
      this.#lane(lane, this.#directory).line(isEcho ? 'echo' : 'received', text);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((recorder) => recorder.close()));
  }

  #lane(lane: string, directory: string): LaneRecorder {
    let recorder = this.#lanes.get(lane);
    if (recorder === undefined) {
      const stamp = new Date(this.#clock.wallMs()).toISOString().replace(/[:.]/g, '-');
      recorder = new LaneRecorder(join(directory, `${stamp}-${lane}`), lane, this.#clock, this.#logger);
      this.#lanes.set(lane, recorder);
    }
    return recorder;
  }
}

class LaneRecorder {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #directory: string;
  readonly #startMs: number;
  readonly #opened: Promise<void>;
  readonly #early: (() => void)[] = [];
  #sound: SoundRecorder | undefined;
  #lines: WriteStream | undefined;
  #soundBytes = 0;
  #lastUnitAtMs = Number.NEGATIVE_INFINITY;
  #isFailed = false;

  constructor(directory: string, lane: string, clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
    this.#directory = directory;
    this.#logger = logger;
    this.#opened = this.#open(directory).catch((error: unknown) => this.#fail(error));
    this.#write({ atMs: 0, kind: 'begin', lane, wallMs: Math.round(clock.wallMs()) });
  }

  sound(pcm: Uint8Array, nowMs: number): void {
    if (nowMs - this.#lastUnitAtMs > GAP_MS) {
      this.#write({ atMs: this.#atMs(), kind: 'sound', soundMs: this.#soundMs() });
    }
    this.#lastUnitAtMs = nowMs;
    this.#soundBytes += pcm.byteLength;
    // The caller writes its frame again: keep a copy.
    const copy = pcm.slice();
    this.#when(() => {
      this.#sound?.write(copy);
      if (this.#sound?.failure !== undefined) this.#fail(this.#sound.failure);
    });
  }

  line(kind: 'sent' | 'received' | 'echo', text: string): void {
    this.#write({ atMs: this.#atMs(), kind, soundMs: this.#soundMs(), text });
  }

  async close(): Promise<void> {
    await this.#opened;
    await this.#sound?.close().catch(() => {});
    await new Promise<void>((resolve) => {
      if (this.#lines === undefined || this.#isFailed) resolve();
      else this.#lines.end(() => resolve());
    });
  }

  async #open(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    this.#sound = await SoundRecorder.create(join(directory, 'sound.wav'));
    this.#lines = createWriteStream(join(directory, 'messages.jsonl'));
    this.#lines.on('error', (error) => this.#fail(error));
    for (const write of this.#early.splice(0)) write();
  }

  #fail(error: unknown): void {
    if (this.#isFailed) return;
    this.#isFailed = true;
    this.#early.length = 0;
    const directory = this.#directory;
    this.#logger.warn({ directory, reason: errorText(error) }, 'Recording is not possible, going on without');
  }

  #write(line: RecordedLine): void {
    this.#when(() => {
      if (this.#lines === undefined || this.#lines.writableLength > MAX_WAITING_BYTES) return;
      this.#lines.write(`${JSON.stringify(line)}\n`);
    });
  }

  #when(write: () => void): void {
    if (this.#isFailed) return;
    if (this.#lines !== undefined) write();
    else if (this.#early.length < 2000) this.#early.push(write);
  }

  #atMs(): number {
    return Math.round((this.#clock.nowMs() - this.#startMs) * 10) / 10;
  }

  #soundMs(): number {
    return Math.round((this.#soundBytes / BYTES_PER_MS) * 10) / 10;
  }
}
