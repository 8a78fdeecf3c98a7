import type { SpokenPiece } from './reply-voice.js';

/** Pieces on their way from who writes them to who speaks them: one reader, taken one at a time as there is room. */
export class PieceQueue implements AsyncIterable<SpokenPiece> {
  readonly #waiting: SpokenPiece[] = [];
  readonly #writers: (() => void)[] = [];
  #wakeReader: () => void = () => {};
  #isEnded = false;
  #count = 0;

  /** Pieces given so far. */
  get count(): number {
    return this.#count;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Resolves when the reader has taken it; at once after the end, when it is dropped. */
  push(piece: SpokenPiece): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    this.#count++;
    this.#waiting.push(piece);
    this.#wakeReader();
    return new Promise((resolve) => this.#writers.push(resolve));
  }

  /** No more will come. */
  end(): void {
    this.#isEnded = true;
    this.#wakeReader();
  }

  /** What waits is dropped, and nobody waits any more. */
  stop(): void {
    this.#waiting.length = 0;
    this.end();
    for (const taken of this.#writers.splice(0)) taken();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SpokenPiece> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        this.#writers.shift()?.();
        yield piece;
      } else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
    }
  }
}
