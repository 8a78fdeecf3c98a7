/** Half a second: memory grows by so much, and nothing is copied to make room. */
const PIECE_BYTES = 16_000;

/**
 * The sound of one utterance as it grows. What is kept is not yet told: silence that may be the end is given to readers only when the
 * voice goes on. The utterance's longest length bounds it.
 */
export class UtteranceSound {
  /** Each of PIECE_BYTES; the last one is filled in part. */
  readonly #pieces: Uint8Array[] = [];
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
    for (let at = 0; at < piece.byteLength; ) {
      const into = this.#keptBytes % PIECE_BYTES;
      if (into === 0) this.#pieces.push(new Uint8Array(PIECE_BYTES));
      const part = piece.subarray(at, at + PIECE_BYTES - into);
      this.#pieces.at(-1)?.set(part, into);
      this.#keptBytes += part.byteLength;
      at += part.byteLength;
    }
  }

  /** Lets readers have what is kept, up to this many bytes of the whole. Never takes anything back. */
  tell(upToBytes: number): void {
    const nextBytes = Math.min(upToBytes, this.#keptBytes);
    if (nextBytes <= this.#toldBytes) return;
    this.#toldBytes = nextBytes;
    this.#wake();
  }

  /** What is kept and was not told: the beginning of what follows. A copy. */
  untold(): Uint8Array {
    return this.#copy(this.#toldBytes, this.#keptBytes);
  }

  /** Readers come to their end; what was not told is forgotten. */
  end(): void {
    this.#isEnded = true;
    this.#keptBytes = this.#toldBytes;
    this.#pieces.length = Math.ceil(this.#toldBytes / PIECE_BYTES);
    const last = this.#pieces.pop();
    if (last !== undefined)
      this.#pieces.push(last.slice(0, this.#toldBytes - this.#pieces.length * PIECE_BYTES));
    this.#wake();
  }

  /** What was told so far. A copy. */
  pcm(): Uint8Array {
    return this.#copy(0, this.#toldBytes);
  }

  async *stream(): AsyncGenerator<Uint8Array, void, void> {
    let readBytes = 0;
    for (;;) {
      if (readBytes < this.#toldBytes) {
        const piece = this.#copy(readBytes, this.#toldBytes);
        readBytes += piece.byteLength;
        yield piece;
      } else if (this.#isEnded) {
        return;
      } else {
        await this.#waitForMore();
      }
    }
  }

  #copy(fromBytes: number, toBytes: number): Uint8Array {
    const copied = new Uint8Array(toBytes - fromBytes);
    for (let at = fromBytes; at < toBytes; ) {
      const piece = this.#pieces[Math.floor(at / PIECE_BYTES)];
      if (piece === undefined) break;
      const from = at % PIECE_BYTES;
      const part = piece.subarray(from, Math.min(PIECE_BYTES, from + toBytes - at));
      copied.set(part, at - fromBytes);
      at += part.byteLength;
    }
    return copied;
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
