/** Classes that are one mouth shape: nobody sees which of them it is. */
const ALIKE: readonly string[] = ['sil m N', 'n s t r w y h'];
/** How much it still counts which of those it is: 1 as much as the shape, 0 not at all. */
const WITHIN_SHAPE = 0.5;
/** How much of the classes' shares in the training material is taken out: with all of it, rare classes are told too often. */
const SHARE_TAKEN_OUT = 0.2;
/** Scores of shapes need less against flicker than probabilities of classes. */
export const MOUTH_SWITCH_PENALTY = 2;
/** Keeps logarithms finite. */
const LEAST = 1e-12;

/**
 * What to choose a mouth by, from probabilities of classes: first of all how likely the mouth shape is, whichever sound makes it.
 *
 * @source measured on held-back utterances of the training voices: together with a switch penalty of 2 rather than 3, one point
 * more frames have the right shape (src/lipsync/training/RECORD.md)
 */
export class MouthScores {
  readonly #shapeOf: Int8Array;
  readonly #shares: Float64Array;
  readonly #offsets: Float64Array;
  readonly #scores: Float32Array;

  /** @param priors - share of each class in the training material. */
  constructor(classes: readonly string[], priors: readonly number[]) {
    const alike = (name: string): number => ALIKE.findIndex((names) => names.split(' ').includes(name));
    // A class that is like no other is a shape of its own.
    this.#shapeOf = Int8Array.from(classes, (name, n) =>
      alike(name) === -1 ? ALIKE.length + n : alike(name),
    );
    this.#shares = new Float64Array(ALIKE.length + classes.length);
    this.#offsets = Float64Array.from(classes, (_, n) => -SHARE_TAKEN_OUT * Math.log(priors[n] ?? 1));
    this.#scores = new Float32Array(classes.length);
  }

  /**
   * @param logPosteriors - natural logarithm of the probability of each class.
   * @returns For each class a score for the decoder, higher is likelier. The array is used again.
   */
  of(logPosteriors: Float32Array): Float32Array {
    const shares = this.#shares.fill(0);
    const shapeOf = this.#shapeOf;
    const scores = this.#scores;
    for (let c = 0; c < scores.length; c++)
      shares[shapeOf[c] as number] =
        (shares[shapeOf[c] as number] as number) + Math.exp(logPosteriors[c] as number);
    for (let c = 0; c < scores.length; c++) {
      const shape = Math.log((shares[shapeOf[c] as number] as number) + LEAST);
      const within = (logPosteriors[c] as number) - shape;
      scores[c] = shape + WITHIN_SHAPE * within + (this.#offsets[c] as number);
    }
    return scores;
  }
}
