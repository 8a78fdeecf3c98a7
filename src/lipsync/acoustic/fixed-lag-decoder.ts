/** Each change of the class costs so much, natural logarithm of probability [lipsync.md 3]. */
const SWITCH_PENALTY = 3;
/** A frame is decided when so many after it are known. */
export const LAG_FRAMES = 3;
const NEVER = Number.NEGATIVE_INFINITY;

export interface DecoderOptions {
  readonly classCount: number;
  /** The class that stands before the first frame. */
  readonly startClass: number;
  /** @default 3 */
  readonly switchPenalty?: number;
}

/**
 * Turns probabilities per frame into a sequence of classes that does not flicker: the likeliest path, where a change costs and
 * each class lasts two frames at least. Decides frame by frame with a fixed lag; what is decided binds what follows.
 */
export class FixedLagDecoder {
  readonly #classCount: number;
  readonly #switchPenalty: number;
  /** Of the likeliest path to each state. State c: class c in its first frame; c + classCount: in a later one. */
  #scores: Float64Array;
  #next: Float64Array;
  /** The states before, by state, of the last frames: a ring. */
  readonly #before: readonly Int16Array[];
  #frames = 0;

  constructor({ classCount, startClass, switchPenalty = SWITCH_PENALTY }: DecoderOptions) {
    this.#classCount = classCount;
    this.#switchPenalty = switchPenalty;
    this.#scores = new Float64Array(2 * classCount).fill(NEVER);
    this.#scores[classCount + startClass] = 0;
    this.#next = new Float64Array(2 * classCount);
    this.#before = Array.from({ length: LAG_FRAMES }, () => new Int16Array(2 * classCount));
  }

  /**
   * @param scores - of the next frame: natural logarithms, one per class.
   * @returns The class of the frame LAG_FRAMES before; undefined while that is before the first.
   */
  push(scores: Float32Array): number | undefined {
    this.#step(scores);
    this.#frames++;
    if (this.#frames <= LAG_FRAMES) return undefined;
    const decided = this.#ancestor(this.#best(0), LAG_FRAMES);
    for (let state = 0; state < this.#scores.length; state++)
      if (this.#scores[state] !== NEVER && this.#ancestor(state, LAG_FRAMES) !== decided)
        this.#scores[state] = NEVER;
    return decided % this.#classCount;
  }

  /** No more frames: the classes of the last ones, LAG_FRAMES at most. */
  end(): readonly number[] {
    // A class may not end after its first frame, unless nothing else is left.
    const isSettled = this.#scores.subarray(this.#classCount).some((score) => score !== NEVER);
    const last = this.#best(isSettled ? this.#classCount : 0);
    const count = Math.min(this.#frames, LAG_FRAMES);
    return Array.from({ length: count }, (_, n) => this.#ancestor(last, count - 1 - n) % this.#classCount);
  }

  #step(scores: Float32Array): void {
    const count = this.#classCount;
    const now = this.#scores;
    const next = this.#next;
    const before = this.#before[this.#frames % LAG_FRAMES] as Int16Array;
    const left = this.#best(count);
    const leftScore = (now[left] as number) - this.#switchPenalty;
    // The best is 0 from now on: sums without end lose digits.
    const top = Math.max(leftScore + this.#switchPenalty, now[this.#best(0)] as number);
    for (let c = 0; c < count; c++) {
      const score = (scores[c] as number) - top;
      // From itself too: that costs more than to stay, so it is never the likeliest.
      next[c] = leftScore + score;
      before[c] = left;
      const entered = now[c] as number;
      const stayed = now[c + count] as number;
      next[c + count] = Math.max(entered, stayed) + score;
      before[c + count] = entered > stayed ? c : c + count;
    }
    this.#scores = next;
    this.#next = now;
  }

  /** The likeliest state from this one on. */
  #best(fromState: number): number {
    let best = fromState;
    for (let state = fromState + 1; state < this.#scores.length; state++)
      if ((this.#scores[state] as number) > (this.#scores[best] as number)) best = state;
    return best;
  }

  /** The state so many frames before a state of the newest frame. */
  #ancestor(state: number, frames: number): number {
    let at = state;
    for (let n = 1; n <= frames; n++)
      at = (this.#before[(this.#frames - n) % LAG_FRAMES] as Int16Array)[at] as number;
    return at;
  }
}
