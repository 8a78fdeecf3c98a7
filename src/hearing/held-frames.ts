import type { JudgedFrame } from './utterance-tracker.js';

const NONE = -1;
const VOICE = 1;
const VOICE_LIKE = 2;
/** Onset frames stand above the two marks; more than this many are as good as this many. */
const ONSET_SHIFT = 2;
const MAX_ONSET_FRAMES = 63;

/**
 * How the last frames that belong to no utterance were judged as if no echo were in them: what was taken for an echo before anything was
 * known of it may be the user's. Their sound is the tracker's. Allocates nothing for a frame.
 */
export class HeldFrames {
  readonly #capacity: number;
  readonly #endsMs: Float64Array;
  readonly #marks: Uint8Array;
  #pushed = 0;
  #first = 0;
  #firstHeld = NONE;

  /** @param capacity - frames that are kept, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#endsMs = new Float64Array(capacity);
    this.#marks = new Uint8Array(capacity);
  }

  /** How many frames ago the first voice was held back that is still kept; 0: none was. */
  get heldFrames(): number {
    return this.#firstHeld === NONE ? 0 : this.#pushed - this.#firstHeld;
  }

  /**
   * @param frame - the last one that the tracker took.
   * @param isHeld - whether it is a voice that counts as an echo for now.
   */
  push({ endMs, isVoice, isVoiceLike, onsetFrames }: JudgedFrame, isHeld: boolean): void {
    const place = this.#pushed % this.#capacity;
    this.#endsMs[place] = endMs;
    this.#marks[place] =
      (isVoice || isHeld ? VOICE : 0) |
      (isVoiceLike ? VOICE_LIKE : 0) |
      (Math.min(onsetFrames, MAX_ONSET_FRAMES) << ONSET_SHIFT);
    if (isHeld && this.#firstHeld === NONE) this.#firstHeld = this.#pushed;
    this.#pushed++;
    this.#first = Math.max(this.#first, this.#pushed - this.#capacity);
    if (this.#firstHeld < this.#first) this.#firstHeld = this.#nextVoice();
  }

  clear(): void {
    this.#first = this.#pushed;
    this.#firstHeld = NONE;
  }

  /**
   * Gives them, oldest first, and keeps none.
   *
   * @param take - a frame is good within the call; with it the tracker has one frame more.
   * @param soundAgo - the sound of the frame that the tracker took so many frames ago.
   */
  release(take: (frame: JudgedFrame) => void, soundAgo: (count: number) => Uint8Array): void {
    const first = this.#first;
    this.clear();
    // Each one that is taken moves those behind it one further back: all are equally long ago when their turn comes.
    const count = this.#pushed - first;
    for (let number = first; number < this.#pushed; number++) {
      const marks = this.#marks[number % this.#capacity] as number;
      take({
        bytes: soundAgo(count),
        endMs: this.#endsMs[number % this.#capacity] as number,
        isVoice: (marks & VOICE) !== 0,
        isVoiceLike: (marks & VOICE_LIKE) !== 0,
        onsetFrames: marks >> ONSET_SHIFT,
        heldFrames: 0,
      });
    }
  }

  #nextVoice(): number {
    if (this.#firstHeld === NONE) return NONE;
    for (let number = this.#first; number < this.#pushed; number++)
      if (((this.#marks[number % this.#capacity] as number) & VOICE) !== 0) return number;
    return NONE;
  }
}
