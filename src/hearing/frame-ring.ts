/**
 * The last frames of the microphone, so that an utterance can begin before it was noticed. Frames are counted from 0 and named by
 * that number; what belongs to an utterance is marked as taken and never given again.
 */
export class FrameRing {
  readonly #frameBytes: number;
  #capacity: number;
  #bytes: Uint8Array;
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

  get capacity(): number {
    return this.#capacity;
  }

  /** Keeps more or fewer frames from now on: of the last ones, those that it has and has room for. What it never had is silence. */
  resize(capacity: number): void {
    if (capacity === this.#capacity) return;
    const bytes = new Uint8Array(capacity * this.#frameBytes);
    for (let ago = Math.min(capacity, this.#capacity, this.#frames); ago > 0; ago--)
      bytes.set(this.frameAgo(ago), ((this.#frames - ago) % capacity) * this.#frameBytes);
    this.#bytes = bytes;
    this.#capacity = capacity;
  }

  push(frame: Uint8Array): void {
    if (this.#capacity > 0) this.#bytes.set(frame, (this.#frames % this.#capacity) * this.#frameBytes);
    this.#frames++;
  }

  /** The first of the last `count` frames that is still kept and belongs to no utterance. */
  firstFree(count: number): number {
    return Math.max(this.#firstFree, this.#frames - Math.min(count, this.#capacity));
  }

  /** @param count - 1: the last one, up to the capacity and no more than were pushed. @returns A view, good until it is written over. */
  frameAgo(count: number): Uint8Array {
    const at = ((this.#frames - count) % this.#capacity) * this.#frameBytes;
    return this.#bytes.subarray(at, at + this.#frameBytes);
  }

  /** Gives each frame from number `first` on to `take`: a view, good within the call. */
  forEach(first: number, take: (frame: Uint8Array) => void): void {
    for (let number = first; number < this.#frames; number++) take(this.frameAgo(this.#frames - number));
  }

  /** Frames before this number belong to an utterance, or to a time that is over. */
  markTaken(before: number): void {
    this.#firstFree = Math.max(this.#firstFree, before);
  }
}
