import { type Clip, HeldTimeline, type TurnCall, type TurnMark, type TurnSpan } from '../export/index.js';
import {
  type ConversationItem,
  type ConversationSound,
  conversationItems,
  type SessionRecord,
  type TurnRecord,
} from '../kept/index.js';
import { jsonText } from './session-text.js';

/** A recording of one side of a turn, and how long it is. */
export interface MeasuredSound extends Pick<ConversationSound, 'turn' | 'side' | 'path'> {
  readonly durationMs: number;
}

export interface ExportedConversation {
  readonly timeline: HeldTimeline;
  /** The user's recordings on the left, the avatar's on the right. */
  readonly clips: { readonly left: readonly Clip[]; readonly right: readonly Clip[] };
}

/** Recordings of users keep so much of the silence that follows, see `Utterance.pcm`. */
const TAIL_MS = 200;
/** Shorter than what can be seen, longer than what formats leave out. */
const MIN_MS = 1;

/**
 * A kept session as `export` writes it: tiers `user`, `avatar` (the reply as the model gave it, while it sounded), `heard`, `tools` (from
 * the call to its result, calls at the same time together; older records, and calls that were not run, from the transcript to the end
 * of the turn), and `interruptions`.
 *
 * @param sounds - those recordings that can be read.
 */
export function conversationTimeline(
  session: SessionRecord,
  sounds: readonly MeasuredSound[] = [],
): ExportedConversation {
  const { id, user, conversation, lane, language, turns, records, damagedLines } = session;
  const { beginWallMs, items, sounds: placed } = conversationItems(session);
  const spans = (tier: ConversationItem['tier']): TurnSpan[] =>
    apart(items.filter((item) => item.tier === tier).map(spanOf));
  const clips = sounds.flatMap((sound) => {
    const place = placed.find(({ path }) => path === sound.path);
    const record = records.find(({ turn }) => turn === sound.turn);
    if (place === undefined || record === undefined) return [];
    return [{ ...sound, startMs: clipStartMs(place, sound, speechEndMs(record, beginWallMs)) }];
  });
  const side = (which: ConversationSound['side']): Clip[] =>
    clips.filter((clip) => clip.side === which).map(({ path, startMs }) => ({ path, startMs }));
  const timeline = new HeldTimeline({
    about: { kind: 'conversation', session: id, user, conversation, lane, language, turns, damagedLines },
    beginWallMs,
    atLeastMs: clips.reduce((last, { startMs, durationMs }) => Math.max(last, startMs + durationMs), 0),
    tiers: [
      { name: 'user', kind: 'turn', items: spans('user') },
      { name: 'avatar', kind: 'turn', items: spans('avatar') },
      { name: 'heard', kind: 'turn', items: spans('heard') },
      { name: 'tools', kind: 'turn', items: apart(toolSpans(records, beginWallMs)) },
      {
        name: 'interruptions',
        kind: 'turnMark',
        items: items.filter(({ tier }) => tier === 'interruptions').map(markOf),
      },
    ],
  });
  return { timeline, clips: { left: side('user'), right: side('avatar') } };
}

function spanOf({ turn, by, outcome, startMs, endMs, text }: ConversationItem): TurnSpan {
  return { kind: 'turn', turn, by, outcome, startMs, endMs, text };
}

function markOf({ turn, by, outcome, startMs, endMs, text }: ConversationItem): TurnMark {
  return { kind: 'turnMark', turn, by, outcome, startMs, endMs, text };
}

function toolSpans(records: readonly TurnRecord[], beginWallMs: number): TurnSpan[] {
  return records
    .flatMap((record) => {
      const { turn, by, outcome, trace } = record;
      const fromMs = speechEndMs(record, beginWallMs);
      const endMs = fromMs + Math.max(0, ...Object.values(trace));
      const whole = { startMs: fromMs + (trace.transcript ?? trace.endOfTurn ?? 0), endMs };
      return workOf(record.calls ?? [], whole, beginWallMs).map(
        ({ startMs, endMs: doneMs, calls }): TurnSpan => ({
          ...{ kind: 'turn', turn, by, outcome, startMs, endMs: Math.max(startMs, doneMs) },
          ...{ text: calls.map(callText).join('; '), calls },
        }),
      );
    })
    .sort((a, b) => a.startMs - b.startMs);
}

type Stretch = Pick<TurnSpan, 'startMs' | 'endMs'>;

interface Work extends Stretch {
  readonly calls: readonly TurnCall[];
}

/** @param whole - of the turn: where calls lie of which no time is known; also ends those that have no result. */
function workOf(calls: readonly TurnCall[], whole: Stretch, beginWallMs: number): readonly Work[] {
  const timed = calls
    .flatMap((call) => {
      if (call.atMs === undefined) return [];
      const startMs = Math.max(0, call.atMs - beginWallMs);
      const endMs = call.tookMs === undefined ? whole.endMs : startMs + call.tookMs;
      return [{ startMs, endMs, calls: [call] }];
    })
    .sort((a, b) => a.startMs - b.startMs)
    .reduce<readonly Work[]>(joined, []);
  const untimed = calls.filter(({ atMs }) => atMs === undefined);
  return untimed.length === 0 ? timed : [...timed, { ...whole, calls: untimed }];
}

/** Tools that work at the same time are one stretch of work. */
function joined(before: readonly Work[], next: Work): readonly Work[] {
  const last = before.at(-1);
  if (last === undefined || next.startMs >= last.endMs) return [...before, next];
  const endMs = Math.max(last.endMs, next.endMs);
  return [...before.slice(0, -1), { startMs: last.startMs, endMs, calls: [...last.calls, ...next.calls] }];
}

/** `look_up {"q":"…"}`; what came back stands in `calls`. */
function callText({ name, arguments: given, isError }: TurnCall): string {
  return `${name} ${jsonText(given)}${isError ? ' (failed)' : ''}`.replace(/ +/g, ' ').trim();
}

/** Words of one side after each other: formats leave out what takes no time or lies on something else. */
function apart(spans: readonly TurnSpan[]): TurnSpan[] {
  let freeMs = 0;
  return spans.map((span, index) => {
    const startMs = Math.max(span.startMs, freeMs);
    const nextMs = spans[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const endMs = Math.max(startMs + MIN_MS, Math.min(span.endMs, nextMs));
    freeMs = endMs;
    return { ...span, startMs, endMs };
  });
}

/**
 * A user's recording begins with a pre-roll that is not kept anywhere, but where it ends is known; what was said in several pieces has
 * lost the pauses between them and begins, at the latest, with the turn.
 */
function clipStartMs(
  place: ConversationSound,
  { side, durationMs }: MeasuredSound,
  speechEnd: number,
): number {
  return side === 'avatar' ? place.startMs : Math.min(place.startMs, speechEnd + TAIL_MS - durationMs);
}

function speechEndMs({ speechEndAtMs, startedAtMs }: TurnRecord, beginWallMs: number): number {
  return Math.max(startedAtMs, speechEndAtMs ?? startedAtMs) - beginWallMs;
}
