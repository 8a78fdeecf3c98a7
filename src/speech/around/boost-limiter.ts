/** Nothing that was made louder passes this: -1 dBFS. */
const CEILING = 10 ** (-1 / 20);
const BLOCK_MS = 5;
/** How fast a lowered gain comes back: by half in this time. */
const RELEASE_MS = 60;

/**
 * Applies a gain without ever clipping and without any delay.
 *
 * Looks at blocks of 5 ms: where a peak would pass -1 dBFS the gain goes down in a line that ends where that peak begins, stays
 * down for the block and comes back slowly. A gain of 1 or less cannot clip and is left to itself.
 */
export class BoostLimiter {
  readonly #blockSamples: number;
  readonly #release: number;
  /** What is taken off the wanted gain now, 0 to 1. */
  #reduction = 1;

  constructor(sampleRateHz: number) {
    this.#blockSamples = Math.max(1, Math.round((sampleRateHz * BLOCK_MS) / 1000));
    this.#release = 0.5 ** (BLOCK_MS / RELEASE_MS);
  }

  /**
   * @param samples - changed in place.
   * @param from - gain at the first sample; goes in a line to `to` behind the last.
   */
  apply(samples: Float32Array, from: number, to: number): void {
    const slope = samples.length === 0 ? 0 : (to - from) / samples.length;
    for (let at = 0; at < samples.length; at += this.#blockSamples) {
      const block = samples.subarray(at, at + this.#blockSamples);
      for (let index = 0; index < block.length; index++)
        block[index] = (block[index] ?? 0) * (from + slope * (at + index));
      if (from > 1 || to > 1 || this.#reduction < 1) this.#limit(block);
    }
  }

  #limit(block: Float32Array): void {
    const before = this.#reduction;
    const rested = 1 - (1 - before) * this.#release;
    let peak = 0;
    for (const sample of block) peak = Math.max(peak, Math.abs(sample));
    const after = Math.min(rested > 0.9999 ? 1 : rested, peak > CEILING ? CEILING / peak : 1);
    const over =
      after < before ? block.findIndex((sample) => Math.abs(sample) * before > CEILING) : block.length;
    // Where nothing passes before the end, the line may take the whole block.
    const rampSamples = over < 0 ? block.length : over;
    for (let index = 0; index < block.length; index++) {
      const share = rampSamples === 0 ? 1 : Math.min(1, (index + 1) / rampSamples);
      block[index] = (block[index] ?? 0) * (before + (after - before) * share);
    }
    this.#reduction = after;
  }
}
