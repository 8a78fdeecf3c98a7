import type { Clock, Timer } from '../../runtime/clock.js';

/** How long somebody may speak at a time. */
export class UtteranceLimit {
  readonly limitMs: number;
  readonly #clock: Clock;
  readonly #onReached: () => void;
  #timer: Timer | undefined;
  #atMs = 0;

  constructor(clock: Clock, limitMs: number, onReached: () => void) {
    this.#clock = clock;
    this.limitMs = limitMs;
    this.#onReached = onReached;
  }

  /** Milliseconds; undefined while nobody speaks. */
  get leftMs(): number | undefined {
    return this.#timer === undefined ? undefined : Math.max(0, this.#atMs - this.#clock.nowMs());
  }

  /** Somebody speaks; idempotent until `end`. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#atMs = this.#clock.nowMs() + this.limitMs;
    this.#timer = this.#clock.after(this.limitMs, () => {
      this.#timer = undefined;
      this.#onReached();
    });
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
