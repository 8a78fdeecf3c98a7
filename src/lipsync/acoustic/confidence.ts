import type { GraphNode } from './word-graph.js';

/** One frame that does not fit says no more than that. */
const AGREEMENT_FLOOR = 1e-2;

/**
 * How well one frame fits the phoneme that is said to sound in it: logarithm of its class's probability against the likeliest
 * class's, from −4.6 to 0. Undefined where the text has a pause and the sound is silent: that fits every text.
 */
export function frameAgreement(
  logPosteriors: Float32Array,
  { classIndex, isPause }: GraphNode,
): number | undefined {
  let best = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < logPosteriors.length; n++) best = Math.max(best, logPosteriors[n] as number);
  const own = logPosteriors[classIndex] as number;
  if (isPause && own === best) return undefined;
  return Math.log((Math.exp(own) + AGREEMENT_FLOOR) / (Math.exp(best) + AGREEMENT_FLOOR));
}

/** The mean of agreements, as a confidence from 0 (nothing fits) to 1 (the network hears exactly this). */
export class Agreement {
  #sum = 0;
  #count = 0;

  add(agreement: number | undefined): void {
    if (agreement === undefined) return;
    this.#sum += agreement;
    this.#count++;
  }

  /** Of none: 0 if nothing fits where something was expected. */
  get confidence(): number {
    return this.#count === 0 ? 0 : Math.exp(this.#sum / this.#count);
  }

  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }
}
