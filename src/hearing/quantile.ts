/** The value is a quantile of the first numbers themselves while there are no more: one alone may be far off. */
const FIRST_NUMBERS = 5;

/** Follows a quantile of one number after another without keeping them: a step up or down for each. */
export class Quantile {
  readonly #part: number;
  readonly #stepDb: number;
  /** In order. */
  readonly #first = new Float64Array(FIRST_NUMBERS);
  #count = 0;
  valueDb: number;

  /**
   * @param part - 0 … 1 of the numbers that lie below.
   * @param stepDb - of a step, once settled; the first ones are larger.
   */
  constructor(part: number, stepDb: number, valueDb = 0) {
    this.#part = part;
    this.#stepDb = stepDb;
    this.valueDb = valueDb;
  }

  get count(): number {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }

  add(levelDb: number, weight = 1): void {
    if (this.#count < FIRST_NUMBERS) {
      this.#begin(levelDb);
      return;
    }
    const stepDb = weight * Math.max(this.#stepDb, 12 / ++this.#count);
    this.valueDb += levelDb > this.valueDb ? stepDb * this.#part : -stepDb * (1 - this.#part);
  }

  #begin(levelDb: number): void {
    let place = this.#count++;
    for (; place > 0 && (this.#first[place - 1] as number) > levelDb; place--)
      this.#first[place] = this.#first[place - 1] as number;
    this.#first[place] = levelDb;
    this.valueDb = this.#first[Math.floor(this.#part * this.#count)] as number;
  }
}
