/** A growing ring of 16-bit samples with a hard cap; what does not fit is cut, as the peer does silently. */
export class SampleFifo {
  readonly #capSamples: number;
  #ring = new Int16Array(4096);
  #head = 0;
  #length = 0;

  /** @param capSamples - most samples ever held; memory grows to this and stays until `clear`. */
  constructor(capSamples: number) {
    this.#capSamples = capSamples;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends a copy; returns how many samples were cut off at the end. */
  push(samples: Int16Array): number {
    const taken = Math.min(samples.length, this.#capSamples - this.#length);
    this.#reserve(this.#length + taken);
    const tail = (this.#head + this.#length) % this.#ring.length;
    const first = Math.min(taken, this.#ring.length - tail);
    this.#ring.set(samples.subarray(0, first), tail);
    this.#ring.set(samples.subarray(first, taken), 0);
    this.#length += taken;
    return samples.length - taken;
  }

  /** Takes exactly `count` samples (the caller knows they are there). */
  shift(count: number): Int16Array {
    const out = new Int16Array(count);
    const first = Math.min(count, this.#ring.length - this.#head);
    out.set(this.#ring.subarray(this.#head, this.#head + first));
    out.set(this.#ring.subarray(0, count - first), first);
    this.#head = (this.#head + count) % this.#ring.length;
    this.#length -= count;
    return out;
  }

  /** Forgets the newest `count` samples. */
  dropTail(count: number): void {
    this.#length -= Math.min(count, this.#length);
  }

  /** Forgets all and gives the memory back. */
  clear(): void {
    this.#ring = new Int16Array(4096);
    this.#head = 0;
    this.#length = 0;
  }

  #reserve(samples: number): void {
    if (samples <= this.#ring.length) return;
    let size = this.#ring.length;
    while (size < samples) size *= 2;
    const ring = new Int16Array(size);
    const first = Math.min(this.#length, this.#ring.length - this.#head);
    ring.set(this.#ring.subarray(this.#head, this.#head + first));
    ring.set(this.#ring.subarray(0, this.#length - first), first);
    this.#ring = ring;
    this.#head = 0;
  }
}
