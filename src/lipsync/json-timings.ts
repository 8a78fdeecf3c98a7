import type { TimedPhoneme } from './timed-phoneme.js';
import { PhonemeList, shown, timingError } from './timing-error.js';

type Fields = Readonly<Record<string, unknown>>;
type Unit = 'ms' | 's';

/** Beyond this no phoneme lasts as long in seconds, and hardly one is shorter in milliseconds. */
const LONGEST_PHONEME_S = 5;

const LISTS = ['phonemes', 'phones', 'segments', 'timings', 'labels'];
const NAMES = ['phoneme', 'phone', 'symbol', 'label', 'name'];
const STARTS = ['start', 'begin', 'startTime', 'start_time', 'offset'];
const ENDS = ['end', 'stop', 'endTime', 'end_time'];
const LENGTHS = ['duration', 'dur', 'length'];
/** What a key may end with to say its unit. */
const UNITS: readonly (readonly [suffix: string, unit: Unit])[] = [
  ['Ms', 'ms'],
  ['_ms', 'ms'],
  ['Seconds', 's'],
  ['_seconds', 's'],
  ['Sec', 's'],
  ['_sec', 's'],
  ['_s', 's'],
];

/** The list inside parsed JSON, if that is what it is: the value itself, or under `phonemes` or the like. */
export function phonemeItems(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return undefined;
  return LISTS.map((key) => value[key]).find((list): list is unknown[] => Array.isArray(list));
}

/**
 * Reads `[{phoneme, start, end}, …]` or the same under `phonemes`; `duration` may stand for `end`, and where `start` is missing a
 * phoneme begins where the one before ended.
 *
 * The unit is what the keys say (`startMs`, `start_s`, `durationSeconds`), else what `unit` ("ms" or "s") beside the list
 * says. Else it is milliseconds when half the phonemes last 5 or more, and seconds otherwise: no phoneme lasts five seconds, and
 * none five milliseconds.
 *
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE - naming the entry, counted from 1.
 */
export function readJsonTimings(
  items: readonly unknown[],
  root: unknown,
  name: string,
): readonly TimedPhoneme[] {
  const unit = statedUnit(root, name);
  const entries = items.map((item, index) => entryOf(item, `entry ${index + 1}`, name));
  const bareFactor = (unit ?? guessedUnit(entries)) === 'ms' ? 1 : 1000;
  const list = new PhonemeList(name);
  let atMs = 0;
  for (const { phoneme, start, end, length, place } of entries) {
    const startMs = start === undefined ? atMs : inMs(start, bareFactor);
    const endMs =
      end !== undefined
        ? inMs(end, bareFactor)
        : startMs + (length === undefined ? 0 : inMs(length, bareFactor));
    list.add(phoneme, startMs, endMs, place);
    atMs = endMs;
  }
  return list.done('a list of phonemes');
}

interface Time {
  readonly value: number;
  /** Undefined: the key does not say. */
  readonly unit: Unit | undefined;
}

interface Entry {
  readonly phoneme: string;
  readonly start: Time | undefined;
  readonly end: Time | undefined;
  readonly length: Time | undefined;
  readonly place: string;
}

function entryOf(item: unknown, place: string, name: string): Entry {
  if (!isObject(item))
    throw timingError(name, place, `expected {"phoneme", "start", "end"}, got ${shown(item)}`);
  const phoneme = NAMES.map((key) => item[key]).find((value) => typeof value === 'string');
  if (typeof phoneme !== 'string') {
    throw timingError(name, place, `expected the phoneme's name under "phoneme", got ${shown(item)}`);
  }
  const start = timeOf(item, STARTS, place, name);
  const end = timeOf(item, ENDS, place, name);
  const length = timeOf(item, LENGTHS, place, name);
  if (end === undefined && length === undefined)
    throw timingError(name, place, `expected "end" or "duration" for ${shown(phoneme)}, got ${shown(item)}`);
  return { phoneme, start, end, length, place };
}

function timeOf(item: Fields, keys: readonly string[], place: string, name: string): Time | undefined {
  for (const key of keys) {
    for (const [suffix, unit] of [['', undefined] as const, ...UNITS]) {
      const value = item[`${key}${suffix}`];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw timingError(name, place, `expected a number for "${key}${suffix}", got ${shown(value)}`);
      return { value, unit };
    }
  }
  return undefined;
}

function statedUnit(root: unknown, name: string): Unit | undefined {
  const unit = isObject(root) ? (root['unit'] ?? root['timeUnit']) : undefined;
  if (unit === undefined || unit === null) return undefined;
  if (unit === 'ms' || unit === 'milliseconds') return 'ms';
  if (unit === 's' || unit === 'sec' || unit === 'seconds') return 's';
  throw timingError(name, undefined, `expected "unit" to be "ms" or "s", got ${shown(unit)}`);
}

function guessedUnit(entries: readonly Entry[]): Unit {
  const lengths: number[] = [];
  let before = 0;
  for (const { start, end, length } of entries) {
    const from = start?.value ?? before;
    const last = end?.value ?? from + (length?.value ?? 0);
    const bare = (end ?? length)?.unit === undefined;
    if (bare && last > from) lengths.push(last - from);
    before = last;
  }
  lengths.sort((a, b) => a - b);
  return (lengths[lengths.length >> 1] ?? 0) >= LONGEST_PHONEME_S ? 'ms' : 's';
}

function inMs({ value, unit }: Time, bareFactor: number): number {
  return value * (unit === undefined ? bareFactor : unit === 'ms' ? 1 : 1000);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
