/**
 * Sound that waits to be paced: a ring of fixed size that grows by doubling up to its limit, so that an idle stream
 * costs little and a busy one allocates nothing.
 */
export class PcmQueue {
  readonly #maxBytes: number;
  #ring: Uint8Array;
  #start = 0;
  #length = 0;

  /** @param maxBytes - the most it holds; even. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#ring = new Uint8Array(Math.min(4096, maxBytes));
  }

  get byteLength(): number {
    return this.#length;
  }

  get roomBytes(): number {
    return this.#maxBytes - this.#length;
  }

  /** Copies all of `pcm` in; false, and nothing taken, when it does not fit. */
  push(pcm: Uint8Array): boolean {
    if (pcm.byteLength > this.roomBytes) return false;
    this.#reserve(this.#length + pcm.byteLength);
    const end = (this.#start + this.#length) % this.#ring.byteLength;
    const head = Math.min(pcm.byteLength, this.#ring.byteLength - end);
    this.#ring.set(pcm.subarray(0, head), end);
    this.#ring.set(pcm.subarray(head), 0);
    this.#length += pcm.byteLength;
    return true;
  }

  /** Moves the oldest bytes into all of `target`, as far as there are any; returns how many. */
  take(target: Uint8Array): number {
    const count = Math.min(target.byteLength, this.#length);
    const head = Math.min(count, this.#ring.byteLength - this.#start);
    target.set(this.#ring.subarray(this.#start, this.#start + head));
    if (count > head) target.set(this.#ring.subarray(0, count - head), head);
    this.#drop(count);
    return count;
  }

  /** Drops the oldest `byteLength` bytes, or all there are. */
  skip(byteLength: number): void {
    this.#drop(Math.min(byteLength, this.#length));
  }

  /** RMS level of the oldest `byteLength` bytes (s16le), dB relative to full scale; -120 for digital silence or nothing. */
  levelDbfs(byteLength: number): number {
    const count = Math.min(byteLength, this.#length) >> 1;
    const size = this.#ring.byteLength;
    let sum = 0;
    for (let sample = 0; sample < count; sample++) {
      const at = (this.#start + 2 * sample) % size;
      const low = this.#ring[at] ?? 0;
      const high = this.#ring[(at + 1) % size] ?? 0;
      const value = (((high << 8) | low) << 16) >> 16;
      sum += value * value;
    }
    if (sum === 0) return -120;
    return 10 * Math.log10(sum / count / (32_768 * 32_768));
  }

  clear(): void {
    this.#ring = new Uint8Array(0);
    this.#start = 0;
    this.#length = 0;
  }

  #drop(count: number): void {
    this.#length -= count;
    this.#start = this.#length === 0 ? 0 : (this.#start + count) % this.#ring.byteLength;
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#ring.byteLength) return;
    let size = Math.max(4096, this.#ring.byteLength);
    while (size < byteLength) size *= 2;
    const grown = new Uint8Array(Math.min(size, this.#maxBytes));
    const length = this.#length;
    const head = Math.min(length, this.#ring.byteLength - this.#start);
    grown.set(this.#ring.subarray(this.#start, this.#start + head));
    grown.set(this.#ring.subarray(0, length - head), head);
    this.#ring = grown;
    this.#start = 0;
  }
}
