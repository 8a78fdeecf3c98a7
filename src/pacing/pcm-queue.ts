/**
 * Sound that waits to be paced: a ring of fixed size that grows by doubling up to its limit, so that an idle stream
 * costs little and a busy one allocates nothing.
 */
export class PcmQueue {
  readonly #maxBytes: number;
  #ring: Uint8Array;
  #start = 0;
  #length = 0;

  /** @param maxBytes - the most it holds; rounded down to whole samples. */
  constructor(maxBytes: number) {
    this.#maxBytes = 2 * Math.floor(maxBytes / 2);
    this.#ring = new Uint8Array(Math.min(4096, this.#maxBytes));
  }

  get byteLength(): number {
    return this.#length;
  }

  get roomBytes(): number {
    return this.#maxBytes - this.#length;
  }

  /** Copies all of `pcm` in; false, and nothing taken, when it does not fit. */
  push(pcm: Uint8Array): boolean {
    if (pcm.byteLength === 0) return true;
    if (pcm.byteLength > this.roomBytes) return false;
    this.#reserve(this.#length + pcm.byteLength);
    const end = (this.#start + this.#length) % this.#ring.byteLength;
    const head = Math.min(pcm.byteLength, this.#ring.byteLength - end);
    this.#ring.set(pcm.subarray(0, head), end);
    this.#ring.set(pcm.subarray(head), 0);
    this.#length += pcm.byteLength;
    return true;
  }

  /** Copies the oldest `byteLength` bytes, or all there are, to the beginning of `target`; returns how many. */
  peek(target: Uint8Array, byteLength = target.byteLength): number {
    const count = Math.min(byteLength, this.#length);
    if (count === 0) return 0;
    const head = Math.min(count, this.#ring.byteLength - this.#start);
    target.set(this.#ring.subarray(this.#start, this.#start + head));
    if (count > head) target.set(this.#ring.subarray(0, count - head), head);
    return count;
  }

  /** Moves the oldest bytes into all of `target`, as far as there are any; returns how many. */
  take(target: Uint8Array): number {
    const count = this.peek(target);
    this.#drop(count);
    return count;
  }

  /** Drops the oldest `byteLength` bytes, or all there are. */
  skip(byteLength: number): void {
    this.#drop(Math.min(byteLength, this.#length));
  }

  /** RMS level of the oldest `byteLength` bytes (s16le), dB relative to full scale; -120 for digital silence or nothing. */
  levelDbfs(byteLength: number): number {
    const count = Math.min(byteLength, this.#length);
    const head = Math.min(count, this.#ring.byteLength - this.#start);
    // Rings and positions are even while whole samples are pushed and taken: no sample lies across the end.
    const sum = this.#energy(this.#start, this.#start + head) + this.#energy(0, count - head);
    if (sum === 0) return -120;
    return 10 * Math.log10(sum / (count >> 1) / (32_768 * 32_768));
  }

  clear(): void {
    this.#ring = new Uint8Array(0);
    this.#start = 0;
    this.#length = 0;
  }

  #energy(from: number, to: number): number {
    const ring = this.#ring;
    let sum = 0;
    for (let at = from; at + 1 < to; at += 2) {
      const value = ((((ring[at + 1] ?? 0) << 8) | (ring[at] ?? 0)) << 16) >> 16;
      sum += value * value;
    }
    return sum;
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
