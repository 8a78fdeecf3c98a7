import { BANDS } from './band-powers.js';

/** Half a second: what stays longer is no syllable, and what was alike before that is forgotten. */
const MEAN = 0.04;
const KEEP = 0.96;

/** How alike the levels of the microphone and of what is played have been for half a second, at the delay that is believed. */
export class InStep {
  readonly #heardMean = new Float64Array(BANDS);
  readonly #playedMean = new Float64Array(BANDS);
  #crossed = 0;
  #heardSquares = 0;
  #playedSquares = 0;

  /** -1 … 1. */
  get likeness(): number {
    const product = this.#heardSquares * this.#playedSquares;
    return product > 0 ? this.#crossed / Math.sqrt(product) : 0;
  }

  /** What was alike is forgotten. */
  reset(): void {
    this.#crossed = this.#heardSquares = this.#playedSquares = 0;
    this.#heardMean.fill(0);
    this.#playedMean.fill(0);
  }

  /**
   * A frame of 20 ms.
   * @param floorDb - what is softer in the microphone counts as this.
   * @param audibleDb - the same of what is played.
   */
  add(heardDb: Float64Array, playedDb: Float64Array, floorDb: Float64Array, audibleDb: number): void {
    this.#crossed *= KEEP;
    this.#heardSquares *= KEEP;
    this.#playedSquares *= KEEP;
    for (let band = 0; band < BANDS; band++) {
      const floor = floorDb[band] as number;
      const heard = fromMean(this.#heardMean, band, Math.max(0, (heardDb[band] as number) - floor));
      const played = fromMean(this.#playedMean, band, Math.max(0, (playedDb[band] as number) - audibleDb));
      this.#crossed += heard * played;
      this.#heardSquares += heard * heard;
      this.#playedSquares += played * played;
    }
  }
}

function fromMean(means: Float64Array, band: number, value: number): number {
  const mean = (means[band] as number) + MEAN * (value - (means[band] as number));
  means[band] = mean;
  return value - mean;
}
