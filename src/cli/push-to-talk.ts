import type { Conversation } from '../dialogue/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import { FASTEST_HAND_MS, FIRST_REPEAT_MS, NEXT_REPEAT_MS } from './hold-key.js';

export interface PushToTalkOptions {
  readonly conversation: Pick<Conversation, 'press' | 'release'>;
  readonly clock: Clock;
  readonly onChange: (isTalking: boolean) => void;
}

/**
 * Push to talk where a terminal tells of presses and repeats of a key and never of its release: a tap begins and the next one ends, and
 * a key that repeats is held, so that it ends 300 ms after the last repeat.
 *
 * A press within 800 ms of the first may be either: another one within 120 ms tells that it was a repeat.
 */
export class PushToTalk {
  readonly #options: PushToTalkOptions;
  #isTalking = false;
  #isHeld = false;
  #beganMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(options: PushToTalkOptions) {
    this.#options = options;
  }

  get isTalking(): boolean {
    return this.#isTalking;
  }

  /** The terminal told of the key. */
  key(): void {
    const nowMs = this.#options.clock.nowMs();
    const sinceMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (!this.#isTalking) {
      this.#begin();
    } else if (this.#isHeld || sinceMs < FASTEST_HAND_MS) {
      this.#isHeld = true;
      this.#endAfter(NEXT_REPEAT_MS);
    } else if (this.#timer !== undefined || nowMs - this.#beganMs > FIRST_REPEAT_MS) {
      this.end();
    } else {
      this.#endAfter(FASTEST_HAND_MS);
    }
  }

  /** By a command: begins, or ends. */
  toggle(): void {
    if (this.#isTalking) this.end();
    else this.#begin();
  }

  /** Idempotent. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isHeld = false;
    if (!this.#isTalking) return;
    this.#isTalking = false;
    this.#options.conversation.release();
    this.#options.onChange(false);
  }

  #begin(): void {
    this.#isTalking = true;
    this.#beganMs = this.#options.clock.nowMs();
    this.#options.conversation.press();
    this.#options.onChange(true);
  }

  #endAfter(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => this.end());
  }
}
