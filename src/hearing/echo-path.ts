import { BANDS, LOWEST_DB } from './band-powers.js';
import { Quantiles } from './quantiles.js';

/** Rooms let a sound fall by 60 dB in about 600 ms: 1 dB in a slot of 10 ms. */
export const FALL_DB = 1;
/** What is played is looked for this many slots around its delay: clocks and windows do not fit exactly. */
export const AROUND_SLOTS = 2;
/** Softer playing says nothing of the echo. */
export const AUDIBLE_DB = -62;
/** In the reverberation of something louder nothing is learned. */
export const FRESH_DB = 4;
const LOW_PART = 0.15;
const STEP_DB = 0.5;
const MIN_MARGIN_DB = 6;
const MAX_MARGIN_DB = 12;
const SPREAD = 1.6;
/** What was learned from few slots may be wrong by this; half of it after 0.6 s. */
const FIRST_DOUBT_DB = 10;
const DOUBT_SLOTS = 30;
/** A loudspeaker that clips sounds in every band, this much softer than in the loudest one. */
const DISTORTION_DB = -36;
/** Somebody else seems to speak: learned from as well, or a louder loudspeaker would never be learned; but slowly. */
const DOUBTFUL_WEIGHT = 0.25;
/** What seems to be somebody else and goes in step with what is played is the echo, louder than it was: learned at once. */
const IN_STEP_WEIGHT = 4;

const WEIGHTS = { echo: 1, user: DOUBTFUL_WEIGHT, louderEcho: IN_STEP_WEIGHT };

/** Whose the slot is that is learned from. */
export type SlotOrigin = 'echo' | 'user' | 'louderEcho';

/**
 * How loud the echo of what is played is in each band: the middle of what was seen, and a margin from how far it scatters downwards
 * (upwards, the user's voice would count as echo). Rooms answer late, so that an expectation falls slowly.
 */
export class EchoPath {
  readonly #middle = new Quantiles(0.5, STEP_DB);
  readonly #low = new Quantiles(LOW_PART, STEP_DB);
  readonly #playedDb = new Float64Array(BANDS).fill(LOWEST_DB);
  readonly #isFresh = new Uint8Array(BANDS);
  /** The loudest that the echo may be in this slot. */
  readonly expectedDb = new Float64Array(BANDS).fill(LOWEST_DB);

  /** What the echo adds to the level of what is played, mean over the bands, dB; undefined before anything was learned. */
  get gainDb(): number | undefined {
    let sum = 0;
    let count = 0;
    for (let band = 0; band < BANDS; band++) {
      if (this.#middle.count(band) === 0) continue;
      sum += this.#middle.valueDb(band);
      count++;
    }
    return count === 0 ? undefined : sum / count;
  }

  /** @returns How much louder an echo with these gains is than the one that was learned, mean over the bands, dB; 0 where neither is known. */
  louderDb(gainsDb: Float64Array): number {
    let sum = 0;
    let count = 0;
    for (let band = 0; band < BANDS; band++) {
      const gain = gainsDb[band] as number;
      if (this.#middle.count(band) === 0 || Number.isNaN(gain)) continue;
      sum += gain - this.#middle.valueDb(band);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  }

  /** @param playedDb - of each band, the loudest around the slot that is heard now. */
  expect(playedDb: Float64Array): void {
    let loudestDb = LOWEST_DB;
    for (let band = 0; band < BANDS; band++) {
      const levelDb = playedDb[band] as number;
      const fallenDb = (this.#playedDb[band] as number) - FALL_DB;
      this.#isFresh[band] = levelDb > AUDIBLE_DB && levelDb > fallenDb - FRESH_DB ? 1 : 0;
      this.#playedDb[band] = Math.max(levelDb, fallenDb, LOWEST_DB);
      this.expectedDb[band] = this.#expected(band);
      loudestDb = Math.max(loudestDb, this.expectedDb[band] as number);
    }
    for (let band = 0; band < BANDS; band++)
      this.expectedDb[band] = Math.max(this.expectedDb[band] as number, loudestDb + DISTORTION_DB);
  }

  /** Another way: nothing is known of it. */
  reset(): void {
    this.#middle.reset();
    this.#low.reset();
  }

  /** @param heardDb - what the microphone has in the slot that `expect` was told of. */
  learn(heardDb: Float64Array, origin: SlotOrigin): void {
    const weight = WEIGHTS[origin];
    for (let band = 0; band < BANDS; band++) {
      if (this.#isFresh[band] === 0) continue;
      const gainDb = (heardDb[band] as number) - (this.#playedDb[band] as number);
      this.#middle.add(band, gainDb, weight);
      this.#low.add(band, gainDb, weight);
    }
  }

  #expected(band: number): number {
    const playedDb = this.#playedDb[band] as number;
    if (playedDb <= AUDIBLE_DB - 20) return LOWEST_DB;
    const count = this.#middle.count(band);
    // Not learned yet: as loud as it was played.
    if (count === 0) return playedDb;
    const middleDb = this.#middle.valueDb(band);
    const spreadDb = SPREAD * (middleDb - this.#low.valueDb(band));
    const marginDb = Math.max(MIN_MARGIN_DB, Math.min(MAX_MARGIN_DB, spreadDb));
    const doubtDb = (FIRST_DOUBT_DB * DOUBT_SLOTS) / (DOUBT_SLOTS + count);
    return playedDb + middleDb + marginDb + doubtDb;
  }
}
