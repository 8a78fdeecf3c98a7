import type { RecordedSide, SessionRecord } from './kept-conversations.js';
import type { TurnRecord } from './turn-record.js';

/**
 * What is on the time line of a conversation. `user`: what was said or typed; `avatar`: the reply as the model gave it, while it
 * sounded; `heard`: what was heard of it; `interruptions`: instants at which the user took the word, with what was heard by then.
 */
export type ConversationTier = 'user' | 'avatar' | 'heard' | 'interruptions';

/** One thing on a tier. Times are milliseconds from the beginning of the session. */
export interface ConversationItem {
  readonly tier: ConversationTier;
  readonly turn: number;
  readonly by: TurnRecord['by'];
  readonly outcome: TurnRecord['outcome'];
  readonly startMs: number;
  /** Not before `startMs`; equal to it for interruptions. */
  readonly endMs: number;
  readonly text: string;
}

/** A recording and where it belongs. */
export interface ConversationSound {
  readonly turn: number;
  readonly side: RecordedSide;
  readonly path: string;
  /** When its first sample was heard, as far as is known; a user's recording may begin with its pre-roll, a little before. */
  readonly startMs: number;
}

export interface ConversationTimeline {
  /** Wall clock of time 0, milliseconds since 1970. */
  readonly beginWallMs: number;
  /** End of the last item. */
  readonly durationMs: number;
  /** In their order on the page, empty ones too; all but `interruptions` hold intervals. */
  readonly tiers: readonly { readonly name: ConversationTier; readonly count: number }[];
  /** By their starts. */
  readonly items: readonly ConversationItem[];
  readonly sounds: readonly ConversationSound[];
}

/** What is typed takes no time: it is shown so long, or until the reply sounds. */
const TYPED_MS = 1000;
const TIERS: readonly ConversationTier[] = ['user', 'avatar', 'heard', 'interruptions'];

/** A kept session as a time line, for export: plain records, whatever they are drawn with. */
export function conversationItems(session: SessionRecord): ConversationTimeline {
  const { records, recordings } = session;
  const beginWallMs = records.reduce(
    (first, { startedAtMs }) => Math.min(first, startedAtMs),
    session.startedAtMs,
  );
  const items = records
    .flatMap((record) => itemsOf(record, beginWallMs))
    .sort((a, b) => a.startMs - b.startMs || TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier));
  const sounds = recordings.flatMap(({ turn, side, path }) => {
    const record = records.find((candidate) => candidate.turn === turn);
    return record === undefined
      ? []
      : [{ turn, side, path, startMs: soundStartMs(record, side, beginWallMs) }];
  });
  return {
    beginWallMs,
    durationMs: items.reduce((last, { endMs }) => Math.max(last, endMs), 0),
    tiers: TIERS.map((name) => ({ name, count: items.filter(({ tier }) => tier === name).length })),
    items,
    sounds,
  };
}

function itemsOf(record: TurnRecord, beginWallMs: number): ConversationItem[] {
  const { turn, by, outcome, user, reply, heard, trace } = record;
  const about = { turn, by, outcome };
  const { startMs, speechEndMs, replyStartMs, replyEndMs } = timesOf(record, beginWallMs);
  const items: ConversationItem[] = [];
  if (user !== '') {
    const typedEndMs = Math.min(
      startMs + TYPED_MS,
      Math.max(startMs, replyStartMs ?? Number.POSITIVE_INFINITY),
    );
    const endMs = speechEndMs > startMs ? speechEndMs : typedEndMs;
    items.push({ tier: 'user', ...about, startMs, endMs, text: user });
  }
  if (replyStartMs !== undefined) {
    const span = { ...about, startMs: replyStartMs, endMs: replyEndMs };
    if (reply !== '') items.push({ tier: 'avatar', ...span, text: reply });
    if (heard !== '') items.push({ tier: 'heard', ...span, text: heard });
  }
  if (trace.interruptedAt !== undefined) {
    const atMs = speechEndMs + trace.interruptedAt;
    items.push({ tier: 'interruptions', ...about, startMs: atMs, endMs: atMs, text: heard });
  }
  return items;
}

interface TurnTimes {
  readonly startMs: number;
  readonly speechEndMs: number;
  /** Undefined for a reply that never sounded. */
  readonly replyStartMs: number | undefined;
  readonly replyEndMs: number;
}

function timesOf({ startedAtMs, speechEndAtMs, trace }: TurnRecord, beginWallMs: number): TurnTimes {
  const startMs = startedAtMs - beginWallMs;
  const speechEndMs = Math.max(startMs, (speechEndAtMs ?? startedAtMs) - beginWallMs);
  const sounded = trace.heard ?? trace.sent;
  const replyStartMs = sounded === undefined ? undefined : speechEndMs + sounded;
  const ended = trace.interruptedAt ?? trace.ended ?? sounded ?? 0;
  return { startMs, speechEndMs, replyStartMs, replyEndMs: Math.max(replyStartMs ?? 0, speechEndMs + ended) };
}

function soundStartMs(record: TurnRecord, side: RecordedSide, beginWallMs: number): number {
  const { startMs, speechEndMs, replyStartMs } = timesOf(record, beginWallMs);
  return side === 'user' ? startMs : (replyStartMs ?? speechEndMs);
}
