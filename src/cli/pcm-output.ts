import type { Writable } from 'node:stream';

/** 30 s: a reader that pauses for longer is told what it missed. */
const MAX_BUFFERED_BYTES = 30 * 32_000;

/** Raw PCM on a stream whose reader may be slow or gone. Never waits: what finds the buffer full is dropped and counted. */
export class PcmOutput {
  readonly #stream: Writable;
  #droppedBytes = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** @param pcm - copied. @returns false when it was dropped. */
  write(pcm: Uint8Array): boolean {
    if (this.#stream.destroyed || this.#stream.writableLength + pcm.byteLength > MAX_BUFFERED_BYTES) {
      this.#droppedBytes += pcm.byteLength;
      return false;
    }
    this.#stream.write(pcm.slice());
    return true;
  }

  /** When the reader has everything, or is gone. The stream stays open. */
  close(): Promise<void> {
    if (this.#stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.once('close', () => resolve());
      this.#stream.write('', () => resolve());
    });
  }
}
