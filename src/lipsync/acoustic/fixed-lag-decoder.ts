/** Each change of the class costs so much, natural logarithm of probability [lipsync.md 3]. */
const SWITCH_PENALTY = 3;
/** A frame is decided when so many after it are known. */
export const LAG_FRAMES = 3;
/**
 * To leave silence costs so much more where there was no speech lately. Speech that begins has it back within the frames that a
 * decision waits for; single sounds of music and clicks that resemble speech have not.
 */
const RELUCTANCE = 3;
/** Lately: the share of speech is a mean that forgets within about so many frames. */
const LATELY_FRAMES = 200;
/** With so much speech lately silence is left as readily as anything else. */
const SPEAKING_SHARE = 0.5;
const NEVER = Number.NEGATIVE_INFINITY;

export interface DecoderOptions {
  readonly classCount: number;
  /** Silence: it stands before the first frame, and is left reluctantly. */
  readonly silence: number;
  /** @default 3 */
  readonly switchPenalty?: number;
  /** @default 3 */
  readonly reluctance?: number;
}

/**
 * Turns probabilities per frame into a sequence of classes that does not flicker: the likeliest path, where a change costs and
 * each class lasts two frames at least. Decides frame by frame with a fixed lag; what is decided binds what follows.
 */
export class FixedLagDecoder {
  readonly #classCount: number;
  readonly #silence: number;
  readonly #switchPenalty: number;
  readonly #reluctance: number;
  /** Of the likeliest path to each state. State c: class c in its first frame; c + classCount: in a later one. */
  #scores: Float64Array;
  #next: Float64Array;
  /** The states before, by state, of the last frames: a ring. */
  readonly #before: readonly Int16Array[];
  #frames = 0;
  /** Share of speech lately, as decided. */
  #speechShare = 0;

  constructor(options: DecoderOptions) {
    const { classCount, silence, switchPenalty = SWITCH_PENALTY, reluctance = RELUCTANCE } = options;
    this.#classCount = classCount;
    this.#silence = silence;
    this.#switchPenalty = switchPenalty;
    this.#reluctance = reluctance;
    this.#scores = new Float64Array(2 * classCount).fill(NEVER);
    this.#scores[classCount + silence] = 0;
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
    const decidedClass = decided % this.#classCount;
    const isSpeech = decidedClass === this.#silence ? 0 : 1;
    this.#speechShare += (isSpeech - this.#speechShare) / LATELY_FRAMES;
    return decidedClass;
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
    // The best is 0 from now on: sums without end lose digits.
    const top = now[this.#best(0)] as number;
    const left = this.#mostLeft();
    const leftScore = (now[left] as number) - this.#costOfLeaving(left);
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

  /** The state from which a change is likeliest: of those that have lasted. */
  #mostLeft(): number {
    let most = this.#classCount;
    for (let state = most + 1; state < this.#scores.length; state++) {
      const score = (this.#scores[state] as number) - this.#costOfLeaving(state);
      if (score > (this.#scores[most] as number) - this.#costOfLeaving(most)) most = state;
    }
    return most;
  }

  #costOfLeaving(state: number): number {
    if (state !== this.#classCount + this.#silence) return this.#switchPenalty;
    return this.#switchPenalty + this.#reluctance * Math.max(0, 1 - this.#speechShare / SPEAKING_SHARE);
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
