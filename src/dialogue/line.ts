/** What one tells and one reads, in order: who tells never waits for who reads. Bounded by the length of a reply. */
export class Line<T extends string | object> {
  readonly #waiting: T[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  /** Nothing is added once it has ended. */
  add(value: T): void {
    if (this.#isEnded) return;
    this.#waiting.push(value);
    this.#wake();
  }

  /** Nothing comes any more; what waits is still read. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** What waits is dropped. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** For one reader. */
  async *read(): AsyncGenerator<T> {
    for (;;) {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) yield next;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
