/** Which part of the spectrum the features hear. */
export interface MelRange {
  /** How many bands, 1 or more. */
  readonly bands: number;
  readonly lowHz: number;
  /** At most half the sample rate. */
  readonly highHz: number;
}

/** Triangular bands, evenly spaced in mel, that overlap by half. */
export class MelBands {
  readonly #firstBin: Uint16Array;
  readonly #weights: readonly Float64Array[];

  /** @param binHz - how far apart the bins of the power spectrum are. */
  constructor({ bands, lowHz, highHz }: MelRange, binHz: number) {
    const lowMel = melOf(lowHz);
    const stepMel = (melOf(highHz) - lowMel) / (bands + 1);
    const edges = Array.from({ length: bands + 2 }, (_, n) => hzOf(lowMel + stepMel * n) / binHz);
    const triangles = Array.from({ length: bands }, (_, band) => triangle(edges.slice(band, band + 3)));
    this.#firstBin = Uint16Array.from(triangles, ({ first }) => first);
    this.#weights = triangles.map(({ weights }) => weights);
  }

  /** @param into - receives one sum per band. */
  apply(power: Float64Array, into: Float64Array): void {
    for (let band = 0; band < this.#weights.length; band++) {
      const weights = this.#weights[band] as Float64Array;
      const first = this.#firstBin[band] as number;
      let sum = 0;
      for (let n = 0; n < weights.length; n++) sum += (weights[n] as number) * (power[first + n] as number);
      into[band] = sum;
    }
  }
}

/** From 0 at the first edge to 1 at the second to 0 at the third; edges in bins, not whole. */
function triangle(edges: readonly number[]): { readonly first: number; readonly weights: Float64Array } {
  const [low = 0, middle = 0, high = 0] = edges;
  const first = Math.ceil(low);
  const length = Math.max(1, Math.floor(high) - first + 1);
  const weights = Float64Array.from({ length }, (_, n) => {
    const bin = first + n;
    return Math.max(0, bin <= middle ? (bin - low) / (middle - low) : (high - bin) / (high - middle));
  });
  return { first, weights };
}

function melOf(hz: number): number {
  return 1127 * Math.log(1 + hz / 700);
}

function hzOf(mel: number): number {
  return 700 * (Math.exp(mel / 1127) - 1);
}
