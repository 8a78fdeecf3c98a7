import { FFT_SAMPLES, HOP_SAMPLES, transformTwo, WINDOW_SAMPLES } from './spectrum.js';

const SAMPLE_RATE_HZ = 16_000;
const EDGES_HZ = [100, 200, 300, 420, 560, 730, 940, 1200, 1530, 1950, 2500, 3300, 4500, 7000];
export const BANDS = EDGES_HZ.length - 1;
/** Levels below count as this. */
export const LOWEST_DB = -100;

const EDGE_BINS = EDGES_HZ.map((hz) => Math.round((hz * FFT_SAMPLES) / SAMPLE_RATE_HZ));
/** A full-scale sine in one band is about 0 dB. */
const SCALE = 1 / (32_768 * (WINDOW_SAMPLES / 4)) ** 2;

/** Used within one call, by all: the sound of the two windows … */
const SAMPLES = new Float64Array(HOP_SAMPLES + WINDOW_SAMPLES);
/** … and their spectra, as the real and the imaginary part of one transform. */
const RE = new Float64Array(FFT_SAMPLES);
const IM = new Float64Array(FFT_SAMPLES);

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
  readonly #last = new Int16Array(HOP_SAMPLES);

  /** @param samples - 320 of s16, consecutive. Not kept. */
  measure(samples: Int16Array): void {
    const last = this.#last;
    for (let n = 0; n < HOP_SAMPLES; n++) {
      const late = samples[n + HOP_SAMPLES] as number;
      SAMPLES[n] = last[n] as number;
      SAMPLES[n + HOP_SAMPLES] = samples[n] as number;
      SAMPLES[n + WINDOW_SAMPLES] = late;
      last[n] = late;
    }
    transformTwo(SAMPLES, RE, IM);
    this.#sumBands();
  }

  /** Forgets the last frame: what follows does not continue it. */
  reset(): void {
    this.#last.fill(0);
  }

  #sumBands(): void {
    for (let band = 0; band < BANDS; band++) {
      let middle = 0;
      let end = 0;
      for (let k = EDGE_BINS[band] as number; k < (EDGE_BINS[band + 1] as number); k++) {
        const mirror = FFT_SAMPLES - k;
        const a = RE[k] as number;
        const b = IM[k] as number;
        const c = RE[mirror] as number;
        const d = IM[mirror] as number;
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
