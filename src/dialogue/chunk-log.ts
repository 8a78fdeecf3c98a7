import type { TurnChunk } from './turn.js';

/** The chunks of one reply, for any number of readers, each from the first. As long as the reply, which is bounded. */
export class ChunkLog {
  readonly #chunks: TurnChunk[] = [];
  #isOver = false;
  #waiting: (() => void)[] = [];

  add(chunk: TurnChunk): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *read(): AsyncGenerator<TurnChunk> {
    for (let at = 0; ; at++) {
      while (at >= this.#chunks.length) {
        if (this.#isOver) return;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
      const chunk = this.#chunks[at];
      if (chunk !== undefined) yield chunk;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
