import { BANDS, LOWEST_DB } from './band-powers.js';
import { Quantiles } from './quantiles.js';
import { SoundTimes } from './sound-times.js';

/** Echo of a sound that is not known is expected as loud as this part of it was. */
const LOUD_PART = 0.97;
const STEP_DB = 0.3;
const MARGIN_DB = 4;
/** Until so much of it was heard, all is taken for it: 3 s of speech, once. */
const LEARNING_SLOTS = 300;
const DOUBTFUL_WEIGHT = 0.2;

/**
 * The echo of an avatar whose sound the bridge does not have (MMDAgent-EX speaks by itself): all that is known is when. Its loudness is
 * learned over all such times, in each band; only what is clearly louder is somebody else.
 */
export class UnknownEcho {
  readonly #loud = new Quantiles(LOUD_PART, STEP_DB);
  readonly #times = new SoundTimes();
  #slots = 0;
  readonly expectedDb = new Float64Array(BANDS).fill(LOWEST_DB);

  /** Whether enough was heard to know how loud it is. */
  get isLearned(): boolean {
    return this.#slots >= LEARNING_SLOTS;
  }

  sounds(fromMs: number, untilMs: number | undefined): void {
    this.#times.add(fromMs, untilMs ?? Number.POSITIVE_INFINITY);
  }

  /** Nothing sounds after this moment. */
  stop(fromMs: number): void {
    this.#times.stop(fromMs);
  }

  /** Whether it sounds, or did within `tailMs`. */
  isSounding(atMs: number, tailMs: number): boolean {
    return this.#times.isSounding(atMs, tailMs);
  }

  expect(): void {
    for (let band = 0; band < BANDS; band++) this.expectedDb[band] = this.#loud.valueDb(band) + MARGIN_DB;
  }

  learn(heardDb: Float64Array, isDoubtful: boolean): void {
    this.#slots++;
    for (let band = 0; band < BANDS; band++)
      this.#loud.add(band, heardDb[band] as number, isDoubtful ? DOUBTFUL_WEIGHT : 1);
  }
}
