const BLOCK_FRAMES = 5;
const FRAMES = 60;
const FIRST_FRAMES = 30;
const FIRST_RANGE_DB = 2.5;
/**
 * Blocks of 100 ms whose levels may lie so far apart, dB. Between what speech does (120 utterances, the closest: 2.1, 3.6, 5.6 dB) and
 * what noise does (white, pink and hum stay within 1.4 dB, brown noise within 3.3, a fan within 5).
 */
const STEADY: readonly (readonly [blocks: number, rangeDb: number])[] = [
  [6, 1.5],
  [8, 3.2],
  [12, 4.8],
];
const WIDEST_DB = Math.max(...STEADY.map(([, rangeDb]) => rangeDb));

/** Tells a sound that does not change from speech, which does several times a second. Allocates nothing after construction. */
export class SteadyLevel {
  /** Power of each of the last frames, used in turn. */
  readonly #powers = new Float64Array(FRAMES + BLOCK_FRAMES);
  #frames = 0;
  /** Since a time that was not heard, or the beginning. */
  #joinedFrames = 0;

  add(levelDbfs: number): void {
    this.#powers[this.#frames % this.#powers.length] = 10 ** (levelDbfs / 10);
    this.#frames++;
    this.#joinedFrames++;
  }

  /** A time that is not heard: what was steady before and is after may have been something else between. */
  skip(): void {
    this.#joinedFrames = 0;
  }

  reset(): void {
    this.#frames = 0;
    this.#joinedFrames = 0;
  }

  /** For how many frames up to now the level has been steady; 0: it is not. */
  steadyFrames(): number {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let blocks = 0;
    // At the very beginning the room is what is heard first: nobody has shown otherwise yet.
    if (this.#joinedFrames === this.#frames && this.#frames < FIRST_FRAMES)
      return this.#isSteadySoFar() ? this.#frames : 0;
    for (const [count, rangeDb] of STEADY) {
      for (; blocks < count && (blocks + 1) * BLOCK_FRAMES <= this.#joinedFrames; blocks++) {
        const level = this.#blockDb(blocks);
        low = Math.min(low, level);
        high = Math.max(high, level);
        // Further apart than anything steady may be, and more blocks only make it worse.
        if (high - low >= WIDEST_DB) return 0;
      }
      if (blocks === count && high - low < rangeDb) return count * BLOCK_FRAMES;
    }
    return 0;
  }

  #isSteadySoFar(): boolean {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let block = 0; (block + 1) * BLOCK_FRAMES <= this.#frames; block++) {
      low = Math.min(low, this.#blockDb(block));
      high = Math.max(high, this.#blockDb(block));
    }
    return !(high - low >= FIRST_RANGE_DB);
  }

  /** @param back - 0: the last block. */
  #blockDb(back: number): number {
    let sum = 0;
    const last = this.#frames - 1 - back * BLOCK_FRAMES;
    for (let frame = last; frame > last - BLOCK_FRAMES; frame--)
      sum += this.#powers[frame % this.#powers.length] ?? 0;
    return 10 * Math.log10(sum / BLOCK_FRAMES + 1e-12);
  }
}
