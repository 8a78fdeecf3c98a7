import { BANDS, BandPowers, decibels } from './band-powers.js';

interface BandGroup {
  readonly first: number;
  readonly end: number;
  /** How far a tenth of the levels of a steady noise lies below their mean: the fewer bands, the more it scatters. */
  readonly lowDb: number;
  /** How far above that tenth nearly none of its levels lies. */
  readonly marginDb: number;
}

/** 100-420, 420-940, 940-1950, 1950-3300 and 3300-7000 Hz. */
export const BAND_GROUPS: readonly BandGroup[] = [
  { first: 0, end: 3, lowDb: 3, marginDb: 12 },
  { first: 3, end: 6, lowDb: 2.4, marginDb: 10 },
  { first: 6, end: 9, lowDb: 1.7, marginDb: 8 },
  { first: 9, end: 11, lowDb: 1.5, marginDb: 8 },
  { first: 11, end: BANDS, lowDb: 1, marginDb: 7 },
];
export const GROUPS = BAND_GROUPS.length;

/** What the microphone has in one frame, by bands and by groups of them. Allocates nothing after construction. */
export class HeardBands {
  readonly #powers = new BandPowers();
  /** The two windows of the frame: the one that ends in its middle, and the frame itself; dB. */
  readonly halvesDb = [this.#powers.middleDb, this.#powers.endDb] as const;
  /** Of both windows together, summed over the bands of each group. */
  readonly groupDb = new Float64Array(GROUPS);

  /** @param samples - 320 of s16, consecutive. Not kept. */
  measure(samples: Int16Array): void {
    this.#powers.measure(samples);
    const [middle, end] = this.#powers.powers;
    for (let group = 0; group < GROUPS; group++) {
      const { first, end: last } = BAND_GROUPS[group] as BandGroup;
      let sum = 0;
      for (let band = first; band < last; band++) sum += (middle[band] as number) + (end[band] as number);
      this.groupDb[group] = decibels(sum / 2);
    }
  }

  reset(): void {
    this.#powers.reset();
  }
}
