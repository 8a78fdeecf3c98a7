/** Of one window. */
export const WINDOW_SAMPLES = 320;
/** From one window to the next. */
export const HOP_SAMPLES = WINDOW_SAMPLES / 2;
/** Samples of one transform: a window, and zeros. */
export const FFT_SAMPLES = 512;
const QUARTER = FFT_SAMPLES / 4;
/** So many samples of a window lie in the third quarter of the transform. */
const THIRD_SAMPLES = WINDOW_SAMPLES - 2 * QUARTER;

const WINDOW = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, n) => Math.sin((Math.PI * (n + 0.5)) / WINDOW_SAMPLES) ** 2,
);
/** Place of each sample of the first quarter before the transform: its number with the bits turned round. */
const REVERSED = Uint16Array.from({ length: QUARTER }, (_, n) => reversed(n));
const COS = Float64Array.from({ length: FFT_SAMPLES / 2 }, (_, n) =>
  Math.cos((2 * Math.PI * n) / FFT_SAMPLES),
);
const SIN = Float64Array.from({ length: FFT_SAMPLES / 2 }, (_, n) =>
  Math.sin((2 * Math.PI * n) / FFT_SAMPLES),
);

/**
 * Spectra of two windows by one complex Fourier transform: the first as its real, the second as its imaginary part.
 *
 * Decimation in time. The first two stages, of which half the numbers are zeros and all factors 1 or i, come with the windows; the others
 * two at a time in one pass over the memory.
 *
 * @param samples - WINDOW_SAMPLES + HOP_SAMPLES; the second window begins HOP_SAMPLES behind the first.
 * @param re - FFT_SAMPLES, written.
 * @param im - the same.
 */
export function transformTwo(samples: Float64Array, re: Float64Array, im: Float64Array): void {
  firstStages(samples, re, im);
  for (let span = 4; span < FFT_SAMPLES / 2; span *= 4) twoStages(re, im, span);
  lastStage(re, im);
}

/** Butterflies of the four samples that lie a quarter apart, of which the last is a zero, and the third mostly. */
function firstStages(samples: Float64Array, re: Float64Array, im: Float64Array): void {
  for (let n = 0; n < QUARTER; n++) {
    const place = REVERSED[n] as number;
    const early = WINDOW[n] as number;
    const late = WINDOW[n + QUARTER] as number;
    const ar = early * (samples[n] as number);
    const ai = early * (samples[n + HOP_SAMPLES] as number);
    const br = late * (samples[n + QUARTER] as number);
    const bi = late * (samples[n + QUARTER + HOP_SAMPLES] as number);
    let cr = 0;
    let ci = 0;
    if (n < THIRD_SAMPLES) {
      const last = WINDOW[n + 2 * QUARTER] as number;
      cr = last * (samples[n + 2 * QUARTER] as number);
      ci = last * (samples[n + 2 * QUARTER + HOP_SAMPLES] as number);
    }
    re[place] = ar + cr + br;
    im[place] = ai + ci + bi;
    re[place + 1] = ar - cr + bi;
    im[place + 1] = ai - ci - br;
    re[place + 2] = ar + cr - br;
    im[place + 2] = ai + ci - bi;
    re[place + 3] = ar - cr - bi;
    im[place + 3] = ai - ci + br;
  }
}

/** Butterflies over `span` and then over twice that: of four numbers each. */
function twoStages(re: Float64Array, im: Float64Array, span: number): void {
  const step = FFT_SAMPLES / (4 * span);
  for (let k = 0; k < span; k++) {
    const c = COS[2 * k * step] as number;
    const s = SIN[2 * k * step] as number;
    const c0 = COS[k * step] as number;
    const s0 = SIN[k * step] as number;
    const c1 = COS[(k + span) * step] as number;
    const s1 = SIN[(k + span) * step] as number;
    for (let p = k; p < FFT_SAMPLES; p += 4 * span) {
      const q = p + span;
      const r = q + span;
      const t = r + span;
      let ur = re[q] as number;
      let ui = im[q] as number;
      let vr = re[t] as number;
      let vi = im[t] as number;
      let xr = c * ur + s * ui;
      let xi = c * ui - s * ur;
      let yr = c * vr + s * vi;
      let yi = c * vi - s * vr;
      const pr = re[p] as number;
      const pi = im[p] as number;
      const rr = re[r] as number;
      const ri = im[r] as number;
      ur = pr - xr;
      ui = pi - xi;
      xr = pr + xr;
      xi = pi + xi;
      vr = rr - yr;
      vi = ri - yi;
      yr = rr + yr;
      yi = ri + yi;
      const ar = c0 * yr + s0 * yi;
      const ai = c0 * yi - s0 * yr;
      const br = c1 * vr + s1 * vi;
      const bi = c1 * vi - s1 * vr;
      re[r] = xr - ar;
      im[r] = xi - ai;
      re[p] = xr + ar;
      im[p] = xi + ai;
      re[t] = ur - br;
      im[t] = ui - bi;
      re[q] = ur + br;
      im[q] = ui + bi;
    }
  }
}

function lastStage(re: Float64Array, im: Float64Array): void {
  const half = FFT_SAMPLES / 2;
  for (let a = 0; a < half; a++) {
    const c = COS[a] as number;
    const s = SIN[a] as number;
    const br = re[a + half] as number;
    const bi = im[a + half] as number;
    const ar = re[a] as number;
    const ai = im[a] as number;
    const tr = c * br + s * bi;
    const ti = c * bi - s * br;
    re[a + half] = ar - tr;
    im[a + half] = ai - ti;
    re[a] = ar + tr;
    im[a] = ai + ti;
  }
}

function reversed(n: number): number {
  let out = 0;
  for (let bit = 1; bit < FFT_SAMPLES; bit *= 2) out = out * 2 + (n & bit ? 1 : 0);
  return out;
}
