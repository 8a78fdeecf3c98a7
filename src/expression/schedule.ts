import type { Clock, Timer } from '../runtime/index.js';

/** Calls at times of a clock that can be taken back together. */
export class Schedule {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** At once when the time has passed. @returns Takes the call back; idempotent. */
  at(atMs: number, run: () => void): () => void {
    const delayMs = atMs - this.#clock.nowMs();
    if (!(delayMs > 0)) {
      run();
      return () => {};
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  clear(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
