import { RequestError } from '../runtime/index.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** More than any utterance has: a file with more is no file of timings. */
export const MAX_PHONEMES = 200_000;
/** A day. */
const MAX_TIME_MS = 86_400_000;

/** BRIDGE_ERR_TIMING_FILE: `place` is a line or an entry, for example `line 3`. */
export function timingError(name: string, place: string | undefined, text: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_TIMING_FILE',
    `${place === undefined ? name : `${name}, ${place}`}: ${text}`,
  );
}

/** What came, short enough for a message. Never walks into a value: it may be nested without end. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'nothing' : String(value);
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0
    ? 'an empty object'
    : `an object with ${keys.map((key) => key.slice(0, 20)).join(', ')}`;
}

/**
 * Collects phonemes in the order in which they are spoken; a phoneme ends at the latest where the next begins.
 *
 * Every reader gives its result through this, so that all keep the same promises.
 */
export class PhonemeList {
  readonly #name: string;
  readonly #phonemes: TimedPhoneme[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** @throws {RequestError} BRIDGE_ERR_TIMING_FILE - not a time, backwards, or too many. */
  add(phoneme: string, startMs: number, endMs: number, place: string): void {
    for (const timeMs of [startMs, endMs]) {
      if (!(timeMs >= 0 && timeMs <= MAX_TIME_MS))
        throw timingError(this.#name, place, `expected a time from 0 on, below a day, got ${timeMs} ms`);
    }
    if (endMs < startMs)
      throw timingError(
        this.#name,
        place,
        `expected an end not before the start ${startMs} ms, got ${endMs} ms`,
      );
    const last = this.#phonemes.at(-1);
    if (last !== undefined && startMs < last.startMs) {
      throw timingError(
        this.#name,
        place,
        `expected phonemes in the order of time, got ${startMs} ms after ${last.startMs} ms`,
      );
    }
    if (this.#phonemes.length >= MAX_PHONEMES)
      throw timingError(this.#name, place, `expected at most ${MAX_PHONEMES} phonemes`);
    if (last !== undefined && last.endMs > startMs)
      this.#phonemes[this.#phonemes.length - 1] = { ...last, endMs: startMs };
    this.#phonemes.push({ phoneme: phoneme.trim(), startMs, endMs });
  }

  /** @throws {RequestError} BRIDGE_ERR_TIMING_FILE - there is none. */
  done(expected: string): readonly TimedPhoneme[] {
    if (this.#phonemes.length === 0)
      throw timingError(this.#name, undefined, `expected ${expected}, got none`);
    return this.#phonemes;
  }
}
