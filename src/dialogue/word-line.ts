/** Words from the one who reads the sound to the one who shows them. One reader. */
export class WordLine {
  readonly #words: string[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  add(text: string): void {
    this.#words.push(text);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<string> {
    for (;;) {
      const next = this.#words.shift();
      if (next !== undefined) yield next;
      else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
