/**
 * Power spectrum of a real signal whose length is a power of two: a complex transform of half the length, then one pass that
 * parts even from odd samples. Tables and work space are made once; a call allocates nothing.
 */
export class RealFft {
  readonly #half: number;
  /** Work space: even samples are real parts, odd ones imaginary. */
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  /** Where each pair goes before the first stage. */
  readonly #reversed: Uint16Array;
  /** cos and −sin of 2πk / length, k under half the length. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** @param length - of the signal, in samples: a power of two, 4 to 65536. */
  constructor(length: number) {
    const half = length / 2;
    this.#half = half;
    this.#re = new Float64Array(half);
    this.#im = new Float64Array(half);
    this.#reversed = bitReversal(half);
    this.#cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / length));
    this.#sin = Float64Array.from({ length: half }, (_, k) => -Math.sin((2 * Math.PI * k) / length));
  }

  /**
   * @param signal - of the full length; not changed.
   * @param into - receives |X(k)|² for k from 0 to half the length, so half the length + 1 values.
   */
  power(signal: Float64Array, into: Float64Array): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    const reversed = this.#reversed;
    for (let n = 0; n < half; n++) {
      const to = reversed[n] as number;
      re[to] = signal[2 * n] as number;
      im[to] = signal[2 * n + 1] as number;
    }
    this.#butterflies();
    this.#split(into);
  }

  #butterflies(): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    const cos = this.#cos;
    const sin = this.#sin;
    for (let size = 2; size <= half; size *= 2) {
      const span = size / 2;
      // The tables are those of the full length.
      const step = (2 * half) / size;
      for (let start = 0; start < half; start += size) {
        for (let k = 0, t = 0; k < span; k++, t += step) {
          const a = start + k;
          const b = a + span;
          const c = cos[t] as number;
          const s = sin[t] as number;
          const bRe = (re[b] as number) * c - (im[b] as number) * s;
          const bIm = (re[b] as number) * s + (im[b] as number) * c;
          re[b] = (re[a] as number) - bRe;
          im[b] = (im[a] as number) - bIm;
          re[a] = (re[a] as number) + bRe;
          im[a] = (im[a] as number) + bIm;
        }
      }
    }
  }

  #split(into: Float64Array): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    const re0 = re[0] as number;
    const im0 = im[0] as number;
    into[0] = (re0 + im0) ** 2;
    into[half] = (re0 - im0) ** 2;
    for (let k = 1; k < half; k++) {
      const m = half - k;
      const evenRe = ((re[k] as number) + (re[m] as number)) / 2;
      const evenIm = ((im[k] as number) - (im[m] as number)) / 2;
      const oddRe = ((im[k] as number) + (im[m] as number)) / 2;
      const oddIm = ((re[m] as number) - (re[k] as number)) / 2;
      const c = this.#cos[k] as number;
      const s = this.#sin[k] as number;
      const xRe = evenRe + oddRe * c - oddIm * s;
      const xIm = evenIm + oddRe * s + oddIm * c;
      into[k] = xRe * xRe + xIm * xIm;
    }
  }
}

function bitReversal(length: number): Uint16Array {
  const bits = Math.log2(length);
  return Uint16Array.from({ length }, (_, index) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) if (index & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
    return reversed;
  });
}
