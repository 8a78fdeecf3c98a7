import { OUTPUT_BYTES_PER_MS } from '../../audio/pcm.js';

/** Frames of the microphone, put together to blocks for the way to the server. */
export class MicBlocks {
  readonly #block: Uint8Array;
  #filled = 0;

  /** @param blockMs - 20 to 500: longer ones cost less, shorter ones are answered sooner. */
  constructor(blockMs: number) {
    this.#block = new Uint8Array(blockMs * OUTPUT_BYTES_PER_MS);
  }

  /** @returns Whole blocks, each a new array; mostly none or one. */
  push(frame: Uint8Array): Uint8Array[] {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < frame.byteLength; ) {
      const part = frame.subarray(at, at + this.#block.byteLength - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled < this.#block.byteLength) continue;
      blocks.push(this.#block.slice());
      this.#filled = 0;
    }
    return blocks;
  }

  /** What no block was made of yet; empty if there is nothing. */
  flush(): Uint8Array {
    const rest = this.#block.slice(0, this.#filled);
    this.#filled = 0;
    return rest;
  }
}
