/** Who does not look in time sees the newest only. */
const MAX_WAITING = 32;

/** Progress that is told by calls and read by iteration, once. Bounded: the oldest are dropped. */
export class ProgressQueue implements AsyncIterable<unknown> {
  readonly #waiting: unknown[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  push(value: unknown): void {
    if (this.#isEnded) return;
    this.#waiting.push(value);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift();
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
