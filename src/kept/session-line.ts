import type { SessionAbout } from './kept-conversations.js';
import type { TurnRecord, TurnTrace } from './turn-record.js';

/** A line of a session's file. Times are of the wall clock. */
export type SessionLine =
  | {
      readonly kind: 'begin';
      readonly version: number;
      readonly id: string;
      readonly atMs: number;
      readonly about: SessionAbout;
    }
  | { readonly kind: 'turn'; readonly atMs: number; readonly record: TurnRecord }
  | { readonly kind: 'resumed' | 'end'; readonly atMs: number };

/** What the lines of a session say together. */
export interface ReadSession {
  readonly about: SessionAbout;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly records: readonly TurnRecord[];
  readonly damagedLines: number;
}

export const LINE_VERSION = 1;

export function sessionLine(line: SessionLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * Reads the lines of a session's file.
 *
 * Whatever is no line of ours is left out and counted: a process that dies while it writes leaves the beginning of one, and what is
 * appended after it begins on a new line.
 *
 * @param text - of the whole file; its last line may be cut off anywhere.
 * @returns undefined when there is no beginning to be read, and nothing else either.
 */
export function readSession(text: string): ReadSession | undefined {
  const records: TurnRecord[] = [];
  let damagedLines = 0;
  const tally = tallied(text, undefined, (line) => {
    if (line === undefined) damagedLines++;
    else if (line.kind === 'turn') records.push(line.record);
  });
  if (tally === undefined) return undefined;
  const { about, startedAtMs, lastAtMs } = tally;
  return { about, startedAtMs, lastAtMs, records, damagedLines };
}

/** What the lines of a session say together, without the turns themselves. */
export interface SessionTally {
  readonly about: SessionAbout;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  readonly turns: number;
}

/**
 * Counts lines.
 *
 * @param before - of the lines before these.
 * @param onLine - told of every line, undefined for one that is none of ours.
 * @returns undefined when there is nothing to be read.
 */
export function tallied(
  text: string,
  before?: SessionTally,
  onLine: (line: SessionLine | undefined) => void = () => {},
): SessionTally | undefined {
  let tally = before;
  for (const json of text.split('\n')) {
    if (json.trim() === '') continue;
    const line = parseLine(json);
    onLine(line);
    if (line === undefined) continue;
    const { about = {}, startedAtMs = line.atMs, lastAtMs = line.atMs, turns = 0 } = tally ?? {};
    tally = {
      about: line.kind === 'begin' ? line.about : about,
      startedAtMs,
      lastAtMs: Math.max(lastAtMs, line.atMs),
      turns: line.kind === 'turn' ? turns + 1 : turns,
    };
  }
  return tally;
}

function parseLine(json: string): SessionLine | undefined {
  const value = parsed(json);
  if (!isObject(value)) return undefined;
  const { kind, atMs } = value;
  if (typeof atMs !== 'number') return undefined;
  if (kind === 'resumed' || kind === 'end') return { kind, atMs };
  if (kind === 'turn') {
    const record = turnRecord(value['record']);
    return record === undefined ? undefined : { kind, atMs, record };
  }
  const { version, id, about } = value;
  if (kind !== 'begin' || typeof version !== 'number' || typeof id !== 'string') return undefined;
  return { kind, version, id, atMs, about: sessionAbout(about) };
}

/** Only what is known, and only as text. */
export function sessionAbout(value: unknown): SessionAbout {
  if (!isObject(value)) return {};
  const { user, conversation, lane, language } = value;
  return {
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof conversation === 'string' ? { conversation } : {}),
    ...(typeof lane === 'string' ? { lane } : {}),
    ...(typeof language === 'string' ? { language } : {}),
  };
}

const BY: ReadonlySet<unknown> = new Set<TurnRecord['by']>([
  'voice',
  'typed',
  'peer',
  'tool',
  'operator',
  'avatar',
]);
const OUTCOMES: ReadonlySet<unknown> = new Set<TurnRecord['outcome']>([
  'completed',
  'interrupted',
  'failed',
  'dropped',
]);

/** A turn that was kept; undefined for anything else. */
export function turnRecord(value: unknown): TurnRecord | undefined {
  if (!isObject(value) || !isObject(value['trace'])) return undefined;
  const { turn, by, startedAtMs, user, reply, heard, outcome, trace } = value;
  const isWhole =
    isCount(turn) &&
    BY.has(by) &&
    OUTCOMES.has(outcome) &&
    typeof startedAtMs === 'number' &&
    [user, reply, heard].every((text) => typeof text === 'string') &&
    Object.values(trace as TurnTrace).every((ms) => typeof ms === 'number') &&
    hasWholeParts(value);
  return isWhole ? (value as unknown as TurnRecord) : undefined;
}

/** What may be left out. */
function hasWholeParts(record: Readonly<Record<string, unknown>>): boolean {
  const { error, calls, speechEndAtMs, acknowledgement, cut } = record;
  const isErrorWhole =
    error === undefined ||
    (isObject(error) && typeof error['code'] === 'string' && typeof error['message'] === 'string');
  const areCallsWhole = calls === undefined || (Array.isArray(calls) && calls.every(isCallWhole));
  return (
    isErrorWhole &&
    areCallsWhole &&
    (speechEndAtMs === undefined || typeof speechEndAtMs === 'number') &&
    (cut === undefined || (isObject(cut) && typeof cut['unit'] === 'string')) &&
    (acknowledgement === undefined || typeof acknowledgement === 'string')
  );
}

function isCallWhole(call: unknown): boolean {
  if (!isObject(call) || typeof call['name'] !== 'string') return false;
  return [call['atMs'], call['tookMs']].every((ms) => ms === undefined || typeof ms === 'number');
}

/** A value, or undefined for what is no JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
