const SAMPLE_RATE_HZ = 16_000;
const FRAME_SAMPLES = 320;
const HALF_SAMPLES = FRAME_SAMPLES / 2;
const FFT_SAMPLES = 512;
const EDGES_HZ = [100, 200, 300, 420, 560, 730, 940, 1200, 1530, 1950, 2500, 3300, 4500, 7000];
export const BANDS = EDGES_HZ.length - 1;
/** Levels below count as this. */
export const LOWEST_DB = -100;

const WINDOW = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, n) => Math.sin((Math.PI * (n + 0.5)) / FRAME_SAMPLES) ** 2,
);
const EDGE_BINS = EDGES_HZ.map((hz) => Math.round((hz * FFT_SAMPLES) / SAMPLE_RATE_HZ));
const REVERSED = Uint16Array.from({ length: FFT_SAMPLES }, (_, n) => reversed(n));
const COS = Float64Array.from({ length: FFT_SAMPLES / 2 }, (_, n) =>
  Math.cos((2 * Math.PI * n) / FFT_SAMPLES),
);
const SIN = Float64Array.from({ length: FFT_SAMPLES / 2 }, (_, n) =>
  Math.sin((2 * Math.PI * n) / FFT_SAMPLES),
);
/** A full-scale sine in one band is about 0 dB. */
const SCALE = 1 / (32_768 * (FRAME_SAMPLES / 4)) ** 2;

/**
 * Levels of a sound in 13 bands from 100 to 7000 Hz, every 10 ms, over windows of 20 ms. Two windows go through one complex transform,
 * as its real and its imaginary part. Allocates nothing after construction.
 */
export class BandPowers {
  /** Levels of the window that ends in the middle of the frame, dB. */
  readonly middleDb = new Float64Array(BANDS);
  /** Levels of the frame itself. */
  readonly endDb = new Float64Array(BANDS);
  /** The same as powers, 1: a full-scale sine. */
  readonly powers = [new Float64Array(BANDS), new Float64Array(BANDS)] as const;
  readonly #last = new Float64Array(HALF_SAMPLES);
  readonly #re = new Float64Array(FFT_SAMPLES);
  readonly #im = new Float64Array(FFT_SAMPLES);

  /** @param samples - 320 of s16, consecutive. Not kept. */
  measure(samples: Int16Array): void {
    const re = this.#re.fill(0);
    const im = this.#im.fill(0);
    for (let n = 0; n < FRAME_SAMPLES; n++) {
      const window = WINDOW[n] as number;
      const to = REVERSED[n] as number;
      const early = n < HALF_SAMPLES ? (this.#last[n] as number) : (samples[n - HALF_SAMPLES] as number);
      re[to] = early * window;
      im[to] = (samples[n] as number) * window;
    }
    for (let n = 0; n < HALF_SAMPLES; n++) this.#last[n] = samples[n + HALF_SAMPLES] as number;
    transform(re, im);
    this.#sumBands();
  }

  /** Forgets the last frame: what follows does not continue it. */
  reset(): void {
    this.#last.fill(0);
  }

  #sumBands(): void {
    const re = this.#re;
    const im = this.#im;
    for (let band = 0; band < BANDS; band++) {
      let middle = 0;
      let end = 0;
      for (let k = EDGE_BINS[band] as number; k < (EDGE_BINS[band + 1] as number); k++) {
        const mirror = FFT_SAMPLES - k;
        const a = re[k] as number;
        const b = im[k] as number;
        const c = re[mirror] as number;
        const d = im[mirror] as number;
        middle += (a + c) ** 2 + (b - d) ** 2;
        end += (a - c) ** 2 + (b + d) ** 2;
      }
      this.#put(band, (middle / 4) * SCALE, (end / 4) * SCALE);
    }
  }

  #put(band: number, middle: number, end: number): void {
    this.powers[0][band] = middle;
    this.powers[1][band] = end;
    this.middleDb[band] = decibels(middle);
    this.endDb[band] = decibels(end);
  }
}

export function decibels(power: number): number {
  return power > 1e-10 ? 10 * Math.log10(power) : LOWEST_DB;
}

/** Decimation in time; input in reversed order, in place. */
function transform(re: Float64Array, im: Float64Array): void {
  for (let span = 1; span < FFT_SAMPLES; span *= 2) {
    const step = FFT_SAMPLES / (2 * span);
    for (let start = 0; start < FFT_SAMPLES; start += 2 * span) {
      for (let k = 0; k < span; k++) {
        const c = COS[k * step] as number;
        const s = SIN[k * step] as number;
        const a = start + k;
        const b = a + span;
        const tr = c * (re[b] as number) + s * (im[b] as number);
        const ti = c * (im[b] as number) - s * (re[b] as number);
        re[b] = (re[a] as number) - tr;
        im[b] = (im[a] as number) - ti;
        re[a] = (re[a] as number) + tr;
        im[a] = (im[a] as number) + ti;
      }
    }
  }
}

function reversed(n: number): number {
  let out = 0;
  for (let bit = 1; bit < FFT_SAMPLES; bit *= 2) out = out * 2 + (n & bit ? 1 : 0);
  return out;
}
