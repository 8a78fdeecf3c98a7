/**
 * The last frames of the microphone, so that an utterance can begin before it was noticed. Frames are counted from 0 and named by
 * that number; what belongs to an utterance is marked as taken and never given again.
 */
export class FrameRing {
  readonly #frameBytes: number;
  readonly #capacity: number;
  readonly #bytes: Uint8Array;
  #frames = 0;
  #firstFree = 0;

  /** @param capacity - frames that are kept; 0 keeps none. */
  constructor(capacity: number, frameBytes: number) {
    this.#capacity = capacity;
    this.#frameBytes = frameBytes;
    this.#bytes = new Uint8Array(capacity * frameBytes);
  }

  /** Frames pushed so far; the next one has this number. */
  get frames(): number {
    return this.#frames;
  }

  push(frame: Uint8Array): void {
    if (this.#capacity > 0) this.#bytes.set(frame, (this.#frames % this.#capacity) * this.#frameBytes);
    this.#frames++;
  }

  /** The first of the last `count` frames that is still kept and belongs to no utterance. */
  firstFree(count: number): number {
    return Math.max(this.#firstFree, this.#frames - Math.min(count, this.#capacity));
  }

  /** Gives each frame from number `first` on to `take`: a view, good within the call. */
  forEach(first: number, take: (frame: Uint8Array) => void): void {
    for (let number = first; number < this.#frames; number++) {
      const at = (number % this.#capacity) * this.#frameBytes;
      take(this.#bytes.subarray(at, at + this.#frameBytes));
    }
  }

  /** Frames before this number belong to an utterance, or to a time that is over. */
  markTaken(before: number): void {
    this.#firstFree = Math.max(this.#firstFree, before);
  }
}
