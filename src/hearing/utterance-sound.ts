/** A second: much of what begins is a click. */
const FIRST_BYTES = 32_000;

/**
 * The sound of one utterance as it grows. What is kept is not yet told: silence that may be the end is given to readers only when the
 * voice goes on. Memory doubles as needed; the utterance's longest length bounds it.
 */
export class UtteranceSound {
  #bytes = new Uint8Array(FIRST_BYTES);
  #keptBytes = 0;
  #toldBytes = 0;
  #isEnded = false;
  /** One for all readers that wait. */
  #more: { readonly promise: Promise<void>; readonly tell: () => void } | undefined;

  /** Bytes that readers see. */
  get toldBytes(): number {
    return this.#toldBytes;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Keeps a piece behind what is there. Copied. */
  keep(piece: Uint8Array): void {
    const neededBytes = this.#keptBytes + piece.byteLength;
    if (neededBytes > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(neededBytes, 2 * this.#bytes.byteLength));
      larger.set(this.#bytes.subarray(0, this.#keptBytes));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#keptBytes);
    this.#keptBytes = neededBytes;
  }

  /** Lets readers have what is kept, up to this many bytes of the whole. Never takes anything back. */
  tell(upToBytes: number): void {
    const nextBytes = Math.min(upToBytes, this.#keptBytes);
    if (nextBytes <= this.#toldBytes) return;
    this.#toldBytes = nextBytes;
    this.#wake();
  }

  /** What is kept and was not told: the beginning of what follows. A view, good until the next call. */
  untold(): Uint8Array {
    return this.#bytes.subarray(this.#toldBytes, this.#keptBytes);
  }

  /** Readers come to their end; what was not told is forgotten. */
  end(): void {
    this.#isEnded = true;
    this.#bytes = this.#bytes.slice(0, this.#toldBytes);
    this.#keptBytes = this.#toldBytes;
    this.#wake();
  }

  /** What was told so far. A copy. */
  pcm(): Uint8Array {
    return this.#bytes.slice(0, this.#toldBytes);
  }

  async *stream(): AsyncGenerator<Uint8Array, void, void> {
    let readBytes = 0;
    for (;;) {
      if (readBytes < this.#toldBytes) {
        const piece = this.#bytes.slice(readBytes, this.#toldBytes);
        readBytes += piece.byteLength;
        yield piece;
      } else if (this.#isEnded) {
        return;
      } else {
        await this.#waitForMore();
      }
    }
  }

  #waitForMore(): Promise<void> {
    if (this.#more === undefined) {
      let tell = (): void => {};
      const promise = new Promise<void>((resolve) => {
        tell = resolve;
      });
      this.#more = { promise, tell };
    }
    return this.#more.promise;
  }

  #wake(): void {
    const more = this.#more;
    this.#more = undefined;
    more?.tell();
  }
}
