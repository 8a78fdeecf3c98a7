/** What a speaker's pauses are taken to be before any was heard: 500 ms are asked for then. */
const PRIOR_MS = 420;
const PRIOR_COUNT = 6;
const KEPT = 24;
/** Of the pauses inside utterances, this part must not end one. */
const COVERED = 0.85;
/** And as much longer than them must the last one be. */
const MARGIN = 1.2;

/**
 * Learns how long this speaker's pauses are: a pause that should end an utterance must be longer than nearly all of the last ones inside
 * utterances.
 *
 * A percentile of the last two dozen rather than a mean, so that one long search for a word does not slow every answer. Pauses that
 * ended an utterance too early count as well (the speaker went on at once): else only short ones would ever be seen.
 */
export class PauseLearner {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #fixedMs: number | undefined;
  readonly #pausesMs = new Float64Array(KEPT);
  readonly #sortedMs = new Float64Array(KEPT);
  #count = PRIOR_COUNT;
  #next = PRIOR_COUNT;
  #requiredMs: number;

  constructor(rule: { readonly min: number; readonly max: number; readonly fixed?: number | undefined }) {
    this.#minMs = rule.min;
    this.#maxMs = rule.max;
    this.#fixedMs = rule.fixed;
    this.#pausesMs.fill(PRIOR_MS, 0, PRIOR_COUNT);
    this.#requiredMs = this.#learnedMs();
  }

  /** The silence that ends an utterance now. */
  get requiredMs(): number {
    return this.#fixedMs ?? this.#requiredMs;
  }

  /** A pause after which the same speaker went on. */
  add(pauseMs: number): void {
    this.#pausesMs[this.#next] = Math.min(pauseMs, this.#maxMs);
    this.#next = (this.#next + 1) % KEPT;
    this.#count = Math.min(KEPT, this.#count + 1);
    this.#requiredMs = this.#learnedMs();
  }

  #learnedMs(): number {
    const sorted = this.#sortedMs.subarray(0, this.#count);
    sorted.set(this.#pausesMs.subarray(0, this.#count));
    sorted.sort();
    const covered = sorted[Math.floor(COVERED * (this.#count - 1))] ?? PRIOR_MS;
    return Math.min(this.#maxMs, Math.max(this.#minMs, covered * MARGIN));
  }
}
