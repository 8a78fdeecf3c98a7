/** Levels below count as this: quieter rooms do not matter, and one bit of noise must not decide. */
const LOWEST_DBFS = -80;
const BIN_DB = 0.5;
const BIN_COUNT = 1 - LOWEST_DBFS / BIN_DB;
/** Of speech without a break, more than this part of the frames lies between syllables; a dropout is shorter. */
const QUIET_PART = 0.1;

/**
 * Learns how loud the background is: the level that only a tenth of the last seconds lay below.
 *
 * A percentile rather than the minimum, so that a short dropout is not taken for the room. It falls within a tenth of the
 * window and rises when nearly all of it was louder. Allocates nothing after construction.
 */
export class NoiseFloor {
  /** The bin of each frame in the window, used in turn. */
  readonly #ring: Uint8Array;
  readonly #counts = new Uint16Array(BIN_COUNT);
  #next = 0;
  #size = 0;
  #floorDbfs: number | undefined;
  /** Of the floor … */
  #bin = 0;
  /** … and how many frames of the window lie below it. */
  #below = 0;

  /** @param windowFrames - how many levels are looked at; at least 1. */
  constructor(windowFrames: number) {
    this.#ring = new Uint8Array(windowFrames);
  }

  /** Levels seen, up to the window. */
  get frameCount(): number {
    return this.#size;
  }

  /** dBFS, -80 … 0; undefined before the first level. */
  get floorDbfs(): number | undefined {
    return this.#floorDbfs;
  }

  /** @param levelDbfs - of one frame; what is beyond -80 … 0 counts as the nearer end. */
  add(levelDbfs: number): void {
    const inRange = Math.max(LOWEST_DBFS, Math.min(0, levelDbfs));
    const bin = Math.round((inRange - LOWEST_DBFS) / BIN_DB);
    const oldest = this.#ring[this.#next] ?? 0;
    if (this.#size < this.#ring.length) this.#size++;
    else this.#count(oldest, -1);
    this.#ring[this.#next] = bin;
    this.#count(bin, 1);
    this.#next = (this.#next + 1) % this.#ring.length;
    this.#findBin();
    this.#floorDbfs = LOWEST_DBFS + this.#bin * BIN_DB;
  }

  /** Forgets everything: another microphone. */
  reset(): void {
    this.#counts.fill(0);
    this.#next = 0;
    this.#size = 0;
    this.#bin = this.#below = 0;
    this.#floorDbfs = undefined;
  }

  #count(bin: number, change: number): void {
    this.#counts[bin] = (this.#counts[bin] as number) + change;
    if (bin < this.#bin) this.#below += change;
  }

  /** From where it was: one frame moves it by little. */
  #findBin(): void {
    const wanted = Math.floor(this.#size * QUIET_PART) + 1;
    while (this.#below >= wanted) this.#below -= this.#counts[--this.#bin] as number;
    while (this.#below + (this.#counts[this.#bin] as number) < wanted)
      this.#below += this.#counts[this.#bin++] as number;
  }
}
