import type { Clock } from '../runtime/index.js';
import type { ClientPosition } from './client-player.js';

export interface PlayheadOptions {
  readonly clock: Clock;
  /** From a sound's leaving until it is heard, where nobody tells. */
  readonly latencyMs: number;
  /** Where the sound begins in what the client counts, milliseconds. */
  readonly fromMs: number;
  /** What the client said. */
  readonly told: () => ClientPosition | undefined;
}

/** So far a client may be behind the clock before it is no longer believed: whatever it says, a reply ends. */
export const MAX_LAG_MS = 5000;
/** What a client may say beyond what it was given: it counts in blocks. */
const BEYOND_MS = 100;
/** A client hears no faster than sound goes: one that counts what it received is not believed. Some catch up a little. */
const MAX_RATE = 1.5;
const RATE_SLACK_MS = 250;

/**
 * What is heard now of sound that is played somewhere else.
 *
 * By the clock, a sound is heard `latencyMs` after it was given or when what is before it was heard, whichever is later; where there
 * is none left it stands still. What the client says moves it, forwards and back. Ignored is what cannot be: no number, of the future or
 * not newer than the last, before the beginning, beyond what was given, faster than sound goes. A client that falls silent is followed by
 * the clock from where it was; one that stands still is left behind after `MAX_LAG_MS`.
 */
export class Playhead {
  readonly #options: PlayheadOptions;
  /** By the clock alone. */
  readonly #clocked = new Course();
  /** As the client tells. */
  readonly #followed = new Course();
  #givenMs = 0;
  #firstAtMs: number | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PlayheadOptions) {
    this.#options = options;
  }

  /** How much sound was given. */
  get givenMs(): number {
    return this.#givenMs;
  }

  /** Never more than was given; negative shortly before the first, undefined before there is any. */
  get positionMs(): number | undefined {
    if (this.#firstAtMs === undefined) return undefined;
    const nowMs = this.#options.clock.nowMs();
    this.#follow(this.#firstAtMs, nowMs);
    const leastMs = this.#clocked.at(nowMs, this.#givenMs, MAX_LAG_MS);
    return Math.max(this.#followed.at(nowMs, this.#givenMs), leastMs);
  }

  /** What was given and is not heard yet. */
  get aheadMs(): number {
    const { positionMs } = this;
    return positionMs === undefined ? 0 : this.#givenMs - positionMs;
  }

  /** So much more sound leaves now. */
  give(ms: number): void {
    const nowMs = this.#options.clock.nowMs();
    const soonestAtMs = nowMs + this.#options.latencyMs;
    this.#firstAtMs ??= nowMs;
    this.#clocked.more(this.#givenMs, nowMs, soonestAtMs);
    this.#followed.more(this.#givenMs, nowMs, soonestAtMs);
    this.#givenMs += ms;
  }

  #follow(firstAtMs: number, nowMs: number): void {
    const told = this.#options.told();
    if (told === undefined) return;
    const { atMs } = told;
    const heardMs = told.heardMs - this.#options.fromMs;
    const isNew = atMs > this.#toldAtMs && atMs >= firstAtMs && atMs <= nowMs;
    // No comparison holds of what is no number.
    const isPossible =
      heardMs >= 0 &&
      heardMs <= this.#givenMs + BEYOND_MS &&
      heardMs <= MAX_RATE * (atMs - firstAtMs) + RATE_SLACK_MS;
    if (!isNew || !isPossible) return;
    this.#toldAtMs = atMs;
    this.#followed.is(Math.min(heardMs, this.#givenMs), atMs);
  }
}

/** Sound that goes on in real time from a place at which it was or will be. */
class Course {
  #positionMs = 0;
  #atMs: number | undefined;
  /** It does not fall behind this. */
  #leastMs = Number.NEGATIVE_INFINITY;

  /** Sound behind `givenMs` comes: where it comes too late to go on without a gap, it is heard at `soonestAtMs`. */
  more(givenMs: number, nowMs: number, soonestAtMs: number): void {
    if (this.#atMs !== undefined) {
      if (this.#atMs + givenMs - this.#positionMs >= soonestAtMs) return;
      this.#leastMs = this.at(nowMs, givenMs);
    }
    this.#positionMs = givenMs;
    this.#atMs = soonestAtMs;
  }

  is(positionMs: number, atMs: number): void {
    this.#positionMs = positionMs;
    this.#atMs = atMs;
    this.#leastMs = positionMs;
  }

  /** @param lagMs - so much later than it goes. */
  at(nowMs: number, givenMs: number, lagMs = 0): number {
    const positionMs = this.#positionMs + nowMs - (this.#atMs ?? nowMs);
    return Math.min(Math.max(positionMs, this.#leastMs) - lagMs, givenMs);
  }
}
