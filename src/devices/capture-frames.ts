import { CAPTURE_FRAME_BYTES, type FrameSink } from './capture.js';

/**
 * Cuts whatever pieces a program writes into frames of exactly CAPTURE_FRAME_BYTES, sample aligned.
 *
 * One frame buffer is used for all: nothing is allocated per frame, and the sink must copy what it keeps.
 */
export class FrameSlicer {
  readonly #frame = Buffer.alloc(CAPTURE_FRAME_BYTES);
  readonly #sink: FrameSink;
  #filledBytes = 0;
  #isEnded = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @param arrivedAtMs - when the piece came: the time of every frame that ends in it. */
  push(bytes: Buffer, arrivedAtMs: number): void {
    let at = 0;
    while (at < bytes.byteLength && !this.#isEnded) {
      const taken = bytes.copy(this.#frame, this.#filledBytes, at);
      at += taken;
      this.#filledBytes += taken;
      if (this.#filledBytes < CAPTURE_FRAME_BYTES) return;
      this.#filledBytes = 0;
      this.#sink(this.#frame, arrivedAtMs);
    }
  }

  /** No frame comes afterwards, not even from a piece that is being cut: the sink itself may call this. */
  end(): void {
    this.#isEnded = true;
  }
}
