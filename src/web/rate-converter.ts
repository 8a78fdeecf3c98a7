/** Zero crossings of the sinc on each side, counted at the lower of the two rates. */
const HALF_CROSSINGS = 34;
/** Middle of the fall, as a part of the lower rate's upper limit: what would fold back is 80 dB down. */
const CUTOFF = 0.925;
/** Kaiser window of about 80 dB. */
const BETA = 7.86;

/**
 * Converts the rate of endless mono sound by a windowed sinc, at any ratio of whole rates, up or down.
 *
 * Flat to 0.1 dB up to 0.85 of the lower rate's limit, 80 dB down from that limit on. Sound is delayed by half the filter,
 * about 2 ms at 16 kHz. Blocks may have any length; where they are cut does not matter.
 */
export class RateConverter {
  /** Output samples in one turn of the phases; input samples in the same time. */
  readonly #phaseCount: number;
  readonly #step: number;
  readonly #taps: readonly Float32Array[];
  readonly #tapCount: number;
  /** The newest `tapCount - 1` samples of earlier blocks, then this block. */
  #line: Float32Array;
  /** Where the next output stands: phase, and first sample of `#line` under the filter. */
  #phase = 0;
  #at = 0;

  /** @param inputRateHz - whole, 4000-384000. @param outputRateHz - the same. */
  constructor(inputRateHz: number, outputRateHz: number) {
    const divisor = commonDivisor(inputRateHz, outputRateHz);
    this.#phaseCount = outputRateHz / divisor;
    this.#step = inputRateHz / divisor;
    const cutoff = (CUTOFF * Math.min(1, outputRateHz / inputRateHz)) / 2;
    const halfWidth = Math.ceil(HALF_CROSSINGS / (2 * cutoff));
    this.#tapCount = 2 * halfWidth;
    this.#taps = Array.from({ length: this.#phaseCount }, (_, phase) =>
      filterOf(phase / this.#phaseCount, halfWidth, cutoff),
    );
    this.#line = new Float32Array(this.#tapCount - 1);
  }

  /** @param block - not kept. @returns What is certain now, a new array; may be empty. */
  convert(block: Float32Array): Float32Array {
    const line = new Float32Array(this.#line.length + block.length);
    line.set(this.#line);
    line.set(block, this.#line.length);
    const output = new Float32Array(Math.ceil(((block.length + 1) * this.#phaseCount) / this.#step) + 1);
    let count = 0;
    while (this.#at + this.#tapCount <= line.length) {
      output[count++] = product(line, this.#at, this.#taps[this.#phase]);
      this.#phase += this.#step;
      const passed = Math.floor(this.#phase / this.#phaseCount);
      this.#phase -= passed * this.#phaseCount;
      this.#at += passed;
    }
    const kept = Math.min(line.length, this.#at);
    this.#line = line.slice(kept);
    this.#at -= kept;
    return output.subarray(0, count);
  }
}

function product(line: Float32Array, at: number, taps: Float32Array | undefined): number {
  if (taps === undefined) return 0;
  let sum = 0;
  for (let index = 0; index < taps.length; index++) sum += (line[at + index] ?? 0) * (taps[index] ?? 0);
  return sum;
}

/** The filter for an output that lies `fraction` of an input sample behind the middle; its sum is 1. */
function filterOf(fraction: number, halfWidth: number, cutoff: number): Float32Array {
  const taps = Float32Array.from({ length: 2 * halfWidth }, (_, index) => {
    const distance = index - halfWidth + 1 - fraction;
    const part = distance / halfWidth;
    const window = Math.abs(part) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - part * part)) / bessel(BETA);
    return 2 * cutoff * sinc(2 * cutoff * distance) * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, n = 1; term > 1e-12 * sum; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
