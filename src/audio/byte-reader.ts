import { InvalidStateError, orAborted } from '../runtime/index.js';

export interface ByteReaderOptions {
  /** Ends a pending read with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Length of the whole source, when it is a regular file. */
  readonly totalBytes?: number | undefined;
}

/** The longest stretch `peek` and `read` hold at once: two of the largest Ogg pages (65 307 bytes). */
export const MAX_PEEK_BYTES = 131_072;

const EMPTY = new Uint8Array(0);

/**
 * Reads a stream of byte chunks at the reader's own pace: ask, skip, look ahead.
 *
 * Pulls only what was asked for, so the source is never ahead by more than one of its own chunks, and holds at
 * most `MAX_PEEK_BYTES` plus one chunk. Bytes that are returned are valid until the next call: a file's chunks
 * are used again.
 */
export class ByteReader {
  readonly totalBytes: number | undefined;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #window: Uint8Array = EMPTY;
  #positionBytes = 0;
  #hasEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array>, options: ByteReaderOptions = {}) {
    this.#iterator = chunks[Symbol.asyncIterator]();
    this.#signal = options.signal;
    this.totalBytes = options.totalBytes;
  }

  /** Bytes consumed so far. */
  get positionBytes(): number {
    return this.#positionBytes;
  }

  /** Bytes that can be read without waiting. */
  get bufferedBytes(): number {
    return this.#window.byteLength;
  }

  /** Up to `count` bytes without consuming them; fewer only at the end of the source. */
  async peek(count: number): Promise<Uint8Array> {
    if (count > MAX_PEEK_BYTES)
      throw new InvalidStateError(`peek of ${count} bytes; at most ${MAX_PEEK_BYTES}`);
    if (this.#window.byteLength < count) await this.#fill(count);
    return this.#window.subarray(0, count);
  }

  /** As `peek`, and consumes. */
  async read(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    this.#consume(bytes.byteLength);
    return bytes;
  }

  /** What is there already, at most `maxBytes`, waiting only when nothing is; empty at the end. */
  async readSome(maxBytes: number): Promise<Uint8Array> {
    if (this.#window.byteLength === 0) await this.#fill(1);
    const bytes = this.#window.subarray(0, maxBytes);
    this.#consume(bytes.byteLength);
    return bytes;
  }

  /** Consumes `count` bytes, holding none; returns how many there were. */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0) {
      const bytes = await this.readSome(left);
      if (bytes.byteLength === 0) break;
      left -= bytes.byteLength;
    }
    return count - left;
  }

  /** Tells the source that no more is wanted. Does not wait: a source stuck in a read may never answer. */
  close(): void {
    this.#hasEnded = true;
    this.#window = EMPTY;
    this.#iterator.return?.().catch(() => {});
  }

  #consume(count: number): void {
    this.#window = this.#window.subarray(count);
    this.#positionBytes += count;
  }

  async #fill(count: number): Promise<void> {
    const parts = [this.#window];
    let heldBytes = this.#window.byteLength;
    while (heldBytes < count && !this.#hasEnded) {
      const chunk = await this.#pull();
      if (chunk === undefined) break;
      parts.push(chunk);
      heldBytes += chunk.byteLength;
    }
    this.#window = joinParts(parts, heldBytes);
  }

  async #pull(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted();
    const next = await orAborted(this.#iterator.next(), this.#signal);
    if (next.done === true) {
      this.#hasEnded = true;
      return undefined;
    }
    if (!(next.value instanceof Uint8Array))
      throw new InvalidStateError('A sound stream must yield Uint8Array chunks');
    return next.value;
  }
}

function joinParts(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const filled = parts.filter((part) => part.byteLength > 0);
  const only = filled[0];
  if (only === undefined) return EMPTY;
  if (filled.length === 1) return only;
  const joined = new Uint8Array(totalBytes);
  let offset = 0;
  for (const part of filled) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
