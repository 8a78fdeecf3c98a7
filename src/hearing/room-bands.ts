import { BANDS } from './band-powers.js';
import { FIRST_BAND, GROUPS, withoutMean } from './echo-delay.js';
import type { HeardBands } from './heard-bands.js';
import { Quantiles } from './quantiles.js';

/** The room's noise in each band lies below nearly all of its levels. */
const NOISE_PART = 0.1;
const NOISE_STEP_DB = 0.5;

/** What an echo guard has to know of the room before anything is played: it is all that an ear without an echo has of a guard. */
export class RoomBands {
  readonly #noise = new Quantiles(NOISE_PART, NOISE_STEP_DB);
  /** Of groups of bands, the mean of what was heard above the noise. */
  readonly means = new Float64Array(GROUPS);
  /** Slots heard before the guard began to count. */
  slots = 0;

  /** The room's noise in a band, dB. */
  noiseDb(band: number): number {
    return this.#noise.valueDb(band);
  }

  /** A frame in which no loudspeaker can be heard. */
  hear(bands: HeardBands): void {
    const [middleDb, endDb] = bands.halvesDb;
    this.#follow(middleDb);
    this.#follow(endDb);
    this.learn(middleDb);
    this.learn(endDb);
    this.slots += 2;
  }

  /** @param heardDb - of each band, in a slot in which nothing but the room is heard. */
  learn(heardDb: Float64Array): void {
    for (let band = 0; band < BANDS; band++) this.#noise.add(band, heardDb[band] as number);
  }

  /** @returns How far a group of bands is above the noise, mean, dB. */
  aboveDb(heardDb: Float64Array, group: number): number {
    let heard = 0;
    const first = FIRST_BAND[group] as number;
    const end = FIRST_BAND[group + 1] as number;
    for (let band = first; band < end; band++)
      heard += Math.max(0, (heardDb[band] as number) - this.#noise.valueDb(band));
    return heard / (end - first);
  }

  #follow(heardDb: Float64Array): void {
    for (let group = 0; group < GROUPS; group++) withoutMean(this.means, group, this.aboveDb(heardDb, group));
  }
}
