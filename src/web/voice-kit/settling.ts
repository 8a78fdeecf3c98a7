import type { Clock, Timer } from '../../runtime/clock.js';
import type { LoopPhase } from './hands-free.js';

/** So long a phase waits for what must follow. */
const AFTER_MS: Readonly<Partial<Record<LoopPhase, number>>> = {
  // A pause of which nothing becomes: it was a noise.
  pausing: 4000,
  // Longer does no recogniser take.
  understanding: 40_000,
};

/** Ends the wait for something that never comes. */
export class Settling {
  readonly #clock: Clock;
  readonly #onSettled: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, onSettled: () => void) {
    this.#clock = clock;
    this.#onSettled = onSettled;
  }

  /** Another phase began. */
  entered(phase: LoopPhase): void {
    this.end();
    const afterMs = AFTER_MS[phase];
    if (afterMs !== undefined) this.#timer = this.#clock.after(afterMs, this.#onSettled);
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
