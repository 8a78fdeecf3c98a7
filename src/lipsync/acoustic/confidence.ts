import type { GraphNode } from './word-graph.js';

/**
 * Of a text and a sound that belong together it is higher, of others lower: halfway between what was measured on either
 * (test/bench/lips-align.js).
 */
export const MIN_CONFIDENCE = 0.5;
/** No frame is impossible: the network errs, and the truth has sounds that it never heard [lipsync.md 4]. */
const FLOOR = 1e-4;

/**
 * What the search adds up: the probabilities with a floor, as logarithms.
 *
 * @param into - of the same length; returned.
 */
export function toScores(logPosteriors: Float32Array, into: Float32Array): Float32Array {
  for (let n = 0; n < into.length; n++) into[n] = Math.log(Math.exp(logPosteriors[n] as number) + FLOOR);
  return into;
}

/**
 * How well one frame fits the phoneme that is said to sound in it: its class's probability against the likeliest class's, 0 to 1.
 * Undefined where the text has a pause and the sound is silent: that fits every text.
 */
export function frameAgreement(
  logPosteriors: Float32Array,
  { classIndex, isPause }: GraphNode,
): number | undefined {
  let best = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < logPosteriors.length; n++) best = Math.max(best, logPosteriors[n] as number);
  const own = logPosteriors[classIndex] as number;
  return isPause && own === best ? undefined : Math.exp(own - best);
}
