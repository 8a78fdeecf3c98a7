const NEWLINE = 0x0a;

/**
 * Bytes to lines, bounded. Every byte is looked at once.
 *
 * @throws {RangeError} from `push` - a line is longer than `maxBytes`. The splitter is of no use after it.
 */
export class MessageLines {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns Lines that ended, as UTF-8 text without their end; empty ones are left out. */
  push(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const to = bytes.indexOf(NEWLINE, from);
      this.#hold(bytes.subarray(from, to < 0 ? undefined : to));
      if (to < 0) return lines;
      const line = Buffer.concat(this.#parts).toString('utf8').trim();
      this.#parts = [];
      this.#heldBytes = 0;
      if (line !== '') lines.push(line);
      from = to + 1;
    }
  }

  #hold(part: Uint8Array): void {
    if (part.byteLength === 0) return;
    this.#heldBytes += part.byteLength;
    if (this.#heldBytes > this.#maxBytes)
      throw new RangeError(`a message is longer than ${this.#maxBytes} bytes`);
    // The stream may use its memory again.
    this.#parts.push(Uint8Array.from(part));
  }
}
