/** What one sentence has given that nobody took yet. */
export class PartLane<P> {
  readonly #parts: { readonly part: P; readonly costMs: number }[] = [];
  /** Set once: nothing comes any more. */
  end: { readonly error: unknown } | 'done' | undefined;

  push(part: P, costMs: number): void {
    this.#parts.push({ part, costMs });
  }

  shift(): { readonly part: P; readonly costMs: number } | undefined {
    return this.#parts.shift();
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }
}

/** Wakes all who wait for something to change; each looks for itself whether it is what it waits for. */
export class Change {
  #waiting: (() => void)[] = [];

  notify(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
