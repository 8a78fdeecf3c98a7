import { orAborted } from '../runtime/index.js';

/** So many at a time; the others wait, in the order in which they came. Who waits is bounded by who may ask. */
export class Turnstile {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws what `run` throws; the signal's reason, when it fires before the turn comes. */
  async pass<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#inside >= this.#max) await this.#wait(signal);
    else this.#inside++;
    try {
      return await run();
    } finally {
      this.#leave();
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    let enter = (): void => {};
    const turn = new Promise<void>((resolve) => {
      enter = resolve;
    });
    this.#waiting.push(enter);
    try {
      await orAborted(turn, signal);
    } catch (error) {
      const at = this.#waiting.indexOf(enter);
      if (at >= 0) this.#waiting.splice(at, 1);
      // Its turn came in the same moment: it is the next one's.
      else this.#leave();
      throw error;
    }
  }

  /** The place goes from one to the next without being free in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    else next();
  }
}
