import type { Clock, Timer } from '../runtime/index.js';

/** Longest wait of usual systems from the press to the first repeat: 660 ms on X11, up to 500 ms on Windows and macOS. */
export const FIRST_REPEAT_MS = 800;
/** Repeats come every 30 to 90 ms; a remote shell delivers them less evenly. */
export const NEXT_REPEAT_MS = 300;
/** What comes sooner than a hand can press twice is a repeat. */
export const FASTEST_HAND_MS = 120;

/**
 * A key that is held, as far as a terminal lets one know: it tells of presses and of repeats, never of the release.
 *
 * Counts as released 800 ms after a single press, or 300 ms after the last repeat.
 */
export class HoldKey {
  readonly #clock: Clock;
  readonly #onChange: (isHeld: boolean) => void;
  #timer: Timer | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onChange: (isHeld: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** The terminal told of the key. */
  press(): void {
    const nowMs = this.#clock.nowMs();
    const isRepeat = nowMs - this.#lastMs < FASTEST_HAND_MS;
    const wasHeld = this.#timer !== undefined;
    this.#lastMs = nowMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(isRepeat ? NEXT_REPEAT_MS : FIRST_REPEAT_MS, () => this.release());
    if (!wasHeld) this.#onChange(true);
  }

  /** Idempotent. */
  release(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#onChange(false);
  }
}
