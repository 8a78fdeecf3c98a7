import { FakeClock, type Timer } from '../../../src/runtime/index.js';

/** A fake clock that tells which waits are open, so that a test can let exactly one of them run out. */
export class WatchedClock extends FakeClock {
  readonly #open = new Map<object, number>();

  override after(delayMs: number, run: () => void): Timer {
    const key = {};
    this.#open.set(key, delayMs);
    const timer = super.after(delayMs, () => {
      this.#open.delete(key);
      run();
    });
    return {
      cancel: () => {
        this.#open.delete(key);
        timer.cancel();
      },
    };
  }

  isWaiting(delayMs: number): boolean {
    return [...this.#open.values()].includes(delayMs);
  }
}
