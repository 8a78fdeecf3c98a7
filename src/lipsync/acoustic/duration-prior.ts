import { FRAME_MS } from './log-mel.js';

/**
 * How long phonemes last in read speech, milliseconds. Mean over 240 synthesized utterances in Japanese and English; where both
 * have a name, the mean of the two.
 *
 * @source lipsync.md 3, mean_durations.json of the evaluation set, taken over as figures
 */
const MEAN_MS: Readonly<Record<string, number>> = {
  I: 29,
  N: 63,
  U: 45,
  a: 98,
  aa: 104,
  ae: 106,
  ah: 65,
  ao: 83,
  aw: 161,
  ax: 43,
  ay: 147,
  b: 54,
  by: 72,
  ch: 118,
  cl: 98,
  d: 45,
  dh: 47,
  e: 98,
  eh: 89,
  er: 101,
  ey: 128,
  f: 102,
  g: 62,
  gy: 67,
  h: 101,
  hh: 62,
  hy: 132,
  i: 90,
  ih: 58,
  iy: 101,
  j: 84,
  jh: 102,
  k: 81,
  ky: 98,
  l: 87,
  m: 65,
  n: 57,
  ng: 88,
  ny: 82,
  o: 94,
  ow: 125,
  oy: 212,
  p: 78,
  r: 48,
  ry: 59,
  s: 124,
  sh: 124,
  t: 62,
  th: 95,
  ts: 113,
  u: 82,
  uh: 56,
  uw: 75,
  v: 54,
  w: 64,
  y: 76,
  z: 84,
  zh: 103,
};

const USUAL_MS = 80;
/** Standard deviation of the logarithm of a duration. */
const SPREAD = 0.45;
/** Against the sound's likelihoods, which count each of many frames that are much alike. Measured: 0.5 to 2 differ by a point. */
const WEIGHT = 1.5;

/** What a phoneme's duration costs, as natural logarithm of probability, the more the farther from usual. */
export class DurationPrior {
  readonly #logMeanFrames = new Map<string, number>();
  #logRate: number;

  /** @param rate - how much longer than usual this speaker's phonemes are. @default 1 */
  constructor(rate = 1) {
    this.#logRate = Math.log(rate);
  }

  /** Added to the score of a phoneme that lasted so long; 0 or less. */
  score(phoneme: string, frames: number): number {
    const deviation = (Math.log(frames) - this.#expected(phoneme)) / SPREAD;
    return (-WEIGHT * deviation * deviation) / 2;
  }

  /** Added to the score of a phoneme that has lasted so long and goes on. */
  scoreSoFar(phoneme: string, frames: number): number {
    return Math.log(frames) > this.#expected(phoneme) ? this.score(phoneme, frames) : 0;
  }

  /** How much longer than usual: natural logarithm of the ratio, by this rate. */
  logRatio(phoneme: string, frames: number): number {
    return Math.log(frames) - this.#logMean(phoneme);
  }

  #expected(phoneme: string): number {
    return this.#logMean(phoneme) + this.#logRate;
  }

  #logMean(phoneme: string): number {
    const known = this.#logMeanFrames.get(phoneme);
    if (known !== undefined) return known;
    const logMean = Math.log((MEAN_MS[phoneme] ?? USUAL_MS) / FRAME_MS);
    this.#logMeanFrames.set(phoneme, logMean);
    return logMean;
  }
}
