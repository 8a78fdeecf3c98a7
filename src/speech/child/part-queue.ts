/** Hands what arrives from a program to the one who waits for it, in order. */
export class PartQueue<T> implements AsyncIterableIterator<T> {
  readonly #parts: T[] = [];
  readonly #onLeave: () => void;
  #waiting:
    | { readonly resolve: (result: IteratorResult<T>) => void; readonly reject: (error: unknown) => void }
    | undefined;
  #ending: { readonly error?: unknown } | undefined;
  #hasLeft = false;

  /** @param onLeave - once, when the reader stops before the end. */
  constructor(onLeave: () => void = () => {}) {
    this.#onLeave = onLeave;
  }

  push(part: T): void {
    if (this.#ending !== undefined || this.#hasLeft) return;
    const waiting = this.#takeWaiting();
    if (waiting === undefined) this.#parts.push(part);
    else waiting.resolve({ done: false, value: part });
  }

  /** What was pushed is still read first. */
  end(): void {
    if (this.#ending !== undefined) return;
    this.#ending = {};
    this.#takeWaiting()?.resolve({ done: true, value: undefined });
  }

  /** The reader gets `error` at once; what it has not read is dropped. */
  fail(error: unknown): void {
    if (this.#ending !== undefined) return;
    this.#ending = { error };
    this.#parts.length = 0;
    this.#takeWaiting()?.reject(error);
  }

  next(): Promise<IteratorResult<T>> {
    const part = this.#parts.shift();
    if (part !== undefined) return Promise.resolve({ done: false, value: part });
    if (this.#hasLeft) return Promise.resolve({ done: true, value: undefined });
    if (this.#ending === undefined)
      return new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    if (!('error' in this.#ending)) return Promise.resolve({ done: true, value: undefined });
    const { error } = this.#ending;
    this.#hasLeft = true;
    return Promise.reject(error);
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#hasLeft) {
      this.#hasLeft = true;
      this.#parts.length = 0;
      if (this.#ending === undefined) this.#onLeave();
      this.#takeWaiting()?.resolve({ done: true, value: undefined });
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeWaiting() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
