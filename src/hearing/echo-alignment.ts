import { BANDS } from './band-powers.js';
import { FIRST_LAG, LAGS } from './echo-delay.js';
import { AUDIBLE_DB } from './echo-path.js';
import type { PlayedBands } from './played-bands.js';

/** What is compared: a quarter of a second, a syllable and its neighbours. Anything shorter is alike by chance. */
const WINDOW_SLOTS = 26;
const PLAYED_SLOTS = WINDOW_SLOTS + LAGS - 1;
/** An echo alone goes together with what is played by 0.92 and more (measured live), a user's voice over one by 0.88 at most, in its first 60 ms. */
const ALIKE = 0.9;
/** Used within one call each, by all ears. Of the last slots, in order, the levels without the mean of each band … */
const HEARD = new Float64Array(WINDOW_SLOTS * BANDS);
/** … and what is played in all slots that these may be compared with. */
const PLAYED = new Float64Array(PLAYED_SLOTS * BANDS);
const SUMS = new Float64Array(BANDS);
const GAINS_DB = new Float64Array(BANDS);

/**
 * Finds at once that the echo comes with another delay than before: players begin each sound a little earlier or later, and stall. What
 * has gone together with what was played, at any delay, for a quarter of a second is the echo. Allocates nothing after construction.
 */
export class EchoAlignment {
  /** Levels of the last slots, in turn. */
  readonly #heardDb = new Float64Array(WINDOW_SLOTS * BANDS);
  #slots: number;

  /** @param slots - how many there were before. */
  constructor(slots: number) {
    this.#slots = slots;
  }

  /**
   * @param heardDb - of each band, what the microphone has in the next slot.
   * @param roomDb - of each band, the loudest that the room's noise may be: what is softer counts as this.
   */
  add(heardDb: Float64Array, roomDb: Float64Array): void {
    const place = (this.#slots++ % WINDOW_SLOTS) * BANDS;
    for (let band = 0; band < BANDS; band++)
      this.#heardDb[place + band] = Math.max(0, (heardDb[band] as number) - (roomDb[band] as number));
  }

  /** @returns The delay, in slots, with which the microphone has what is played; undefined: it has something else. */
  find(played: PlayedBands, slot: number): number | undefined {
    const heardSquares = this.#readHeard();
    this.#readPlayed(played, slot);
    let most = ALIKE;
    let found: number | undefined;
    for (let lag = 0; lag < LAGS; lag++) {
      const likeness = this.#likeness(lag, heardSquares);
      if (likeness < most) continue;
      most = likeness;
      found = lag + FIRST_LAG;
    }
    return found;
  }

  /**
   * @param delay - one that `find` has found within this call of the guard.
   * @param roomDb - as told to `add`.
   * @returns Of each band, what was heard without the room against what was played, dB; NaN where neither was. Good until the next call.
   */
  gainsDb(delay: number, roomDb: Float64Array): Float64Array {
    const first = (LAGS - 1 - delay + FIRST_LAG) * BANDS;
    for (let band = 0; band < BANDS; band++) {
      let sum = 0;
      let count = 0;
      for (let n = 0; n < WINDOW_SLOTS; n++) {
        const place = ((this.#slots + n) % WINDOW_SLOTS) * BANDS + band;
        const heard = this.#heardDb[place] as number;
        const level = PLAYED[first + n * BANDS + band] as number;
        if (heard <= 0 || level <= 0) continue;
        sum += heard + (roomDb[band] as number) - level - AUDIBLE_DB;
        count++;
      }
      GAINS_DB[band] = sum / count;
    }
    return GAINS_DB;
  }

  /** @returns Sum of the squares. */
  #readHeard(): number {
    const sums = SUMS.fill(0);
    for (let at = 0; at < this.#heardDb.length; at++)
      sums[at % BANDS] = (sums[at % BANDS] as number) + (this.#heardDb[at] as number);
    let squares = 0;
    for (let n = 0; n < WINDOW_SLOTS; n++) {
      const from = ((this.#slots + n) % WINDOW_SLOTS) * BANDS;
      for (let band = 0; band < BANDS; band++) {
        const level = (this.#heardDb[from + band] as number) - (sums[band] as number) / WINDOW_SLOTS;
        HEARD[n * BANDS + band] = level;
        squares += level * level;
      }
    }
    return squares;
  }

  #readPlayed(played: PlayedBands, slot: number): void {
    const first = slot - FIRST_LAG - PLAYED_SLOTS + 1;
    for (let n = 0; n < PLAYED_SLOTS; n++)
      for (let band = 0; band < BANDS; band++)
        PLAYED[n * BANDS + band] = Math.max(0, played.levelDb(first + n, band) - AUDIBLE_DB);
  }

  /** Correlation of the levels, -1 … 1. */
  #likeness(lag: number, heardSquares: number): number {
    const first = (LAGS - 1 - lag) * BANDS;
    const sums = SUMS.fill(0);
    let squares = 0;
    let crossed = 0;
    for (let at = 0, band = 0; at < HEARD.length; at++, band = band + 1 === BANDS ? 0 : band + 1) {
      const level = PLAYED[first + at] as number;
      sums[band] = (sums[band] as number) + level;
      squares += level * level;
      // What is heard has no mean any more, so that this one's falls out of the product.
      crossed += level * (HEARD[at] as number);
    }
    for (let band = 0; band < BANDS; band++) squares -= (sums[band] as number) ** 2 / WINDOW_SLOTS;
    const product = squares * heardSquares;
    return product > 0 ? crossed / Math.sqrt(product) : 0;
  }
}
