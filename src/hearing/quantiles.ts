import { BANDS } from './band-powers.js';

/** The value is a quantile of the first numbers themselves while there are no more: one alone may be far off. */
const FIRST_NUMBERS = 5;

/** Follows a quantile of one number after another in each band, without keeping them: a step up or down for each. */
export class Quantiles {
  readonly #part: number;
  readonly #stepDb: number;
  readonly #valuesDb = new Float64Array(BANDS);
  readonly #counts = new Float64Array(BANDS);
  /** Of each band, in order. */
  readonly #first = new Float64Array(BANDS * FIRST_NUMBERS);

  /**
   * @param part - 0 … 1 of the numbers that lie below.
   * @param stepDb - of a step, once settled; the first ones are larger.
   */
  constructor(part: number, stepDb: number) {
    this.#part = part;
    this.#stepDb = stepDb;
  }

  /** 0 before the first number. */
  valueDb(band: number): number {
    return this.#valuesDb[band] as number;
  }

  count(band: number): number {
    return this.#counts[band] as number;
  }

  /** The next numbers are the first ones; until then the values stay. */
  reset(): void {
    this.#counts.fill(0);
  }

  add(band: number, levelDb: number, weight = 1): void {
    const count = this.#counts[band] as number;
    this.#counts[band] = count + 1;
    if (count < FIRST_NUMBERS) {
      this.#begin(band, count, levelDb);
      return;
    }
    const stepDb = weight * Math.max(this.#stepDb, 12 / (count + 1));
    const valueDb = this.#valuesDb[band] as number;
    this.#valuesDb[band] = valueDb + (levelDb > valueDb ? stepDb * this.#part : -stepDb * (1 - this.#part));
  }

  #begin(band: number, count: number, levelDb: number): void {
    const first = band * FIRST_NUMBERS;
    let place = first + count;
    for (; place > first && (this.#first[place - 1] as number) > levelDb; place--)
      this.#first[place] = this.#first[place - 1] as number;
    this.#first[place] = levelDb;
    this.#valuesDb[band] = this.#first[first + Math.floor(this.#part * (count + 1))] as number;
  }
}
