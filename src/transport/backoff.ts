import type { Random } from '../runtime/index.js';

/** First wait; MMDAgent-EX itself tries every 500 ms. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** A wait is drawn from [1 - JITTER, 1] of its nominal length, so that many bridges do not dial in step. */
const JITTER = 0.25;

/** Waits between attempts: doubling from 0.5 s to 15 s, for ever, with jitter. */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @returns Milliseconds to wait before the next attempt. */
  next(): number {
    const nominalMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    return Math.round(nominalMs * (1 - JITTER * this.#random()));
  }

  reset(): void {
    this.#failures = 0;
  }
}
