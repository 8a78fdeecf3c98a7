import type { JudgedFrame } from './utterance-tracker.js';

const NONE = -1;

interface HeldFrame extends JudgedFrame {
  readonly bytes: Uint8Array;
  endMs: number;
  isVoice: boolean;
  isVoiceLike: boolean;
  onsetFrames: number;
}

/**
 * The last frames that belong to no utterance, judged as if no echo were in them: what was taken for an echo before anything was known
 * of it may be the user's. Allocates nothing after construction.
 */
export class HeldFrames {
  readonly #frames: readonly HeldFrame[];
  #pushed = 0;
  #first = 0;
  #firstHeld = NONE;

  /** @param capacity - frames that are kept, at least 1. */
  constructor(capacity: number, frameBytes: number) {
    this.#frames = Array.from({ length: capacity }, () => ({
      bytes: new Uint8Array(frameBytes),
      endMs: 0,
      isVoice: false,
      isVoiceLike: false,
      onsetFrames: 0,
      heldFrames: 0,
    }));
  }

  /** How many frames ago the first voice was held back that is still kept; 0: none was. */
  get heldFrames(): number {
    return this.#firstHeld === NONE ? 0 : this.#pushed - this.#firstHeld;
  }

  /** @param isHeld - whether it is a voice that counts as an echo for now. */
  push({ bytes, endMs, isVoice, isVoiceLike, onsetFrames }: JudgedFrame, isHeld: boolean): void {
    const frame = this.#at(this.#pushed);
    frame.bytes.set(bytes);
    frame.endMs = endMs;
    frame.isVoice = isVoice || isHeld;
    frame.isVoiceLike = isVoiceLike;
    frame.onsetFrames = onsetFrames;
    if (isHeld && this.#firstHeld === NONE) this.#firstHeld = this.#pushed;
    this.#pushed++;
    this.#first = Math.max(this.#first, this.#pushed - this.#frames.length);
    if (this.#firstHeld < this.#first) this.#firstHeld = this.#nextVoice();
  }

  clear(): void {
    this.#first = this.#pushed;
    this.#firstHeld = NONE;
  }

  /** Gives them, oldest first, and keeps none: views, good within the call. */
  release(take: (frame: JudgedFrame) => void): void {
    const first = this.#first;
    this.clear();
    for (let number = first; number < this.#pushed; number++) take(this.#at(number));
  }

  #nextVoice(): number {
    if (this.#firstHeld === NONE) return NONE;
    for (let number = this.#first; number < this.#pushed; number++)
      if (this.#at(number).isVoice) return number;
    return NONE;
  }

  #at(number: number): HeldFrame {
    return this.#frames[number % this.#frames.length] as HeldFrame;
  }
}
