import type { Clock, Timer } from '../runtime/index.js';

export interface FrameLoopOptions {
  readonly clock: Clock;
  /** Display frames per second, > 0. */
  readonly fps: number;
  readonly onFrame: (nowMs: number) => void;
  /** Whether another frame has anything to do; asked after each frame and on `wake`. */
  readonly isNeeded: () => boolean;
}

/**
 * The display loop of the peer on a fixed grid of frame times; runs only while a frame has something to do.
 *
 * A freeze (model load, a second SPEAK_START) skips the frames in between, as the real single-threaded loop does.
 */
export class FrameLoop {
  readonly frameMs: number;
  readonly #options: FrameLoopOptions;
  readonly #originMs: number;
  #frozenUntilMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: FrameLoopOptions) {
    this.#options = options;
    this.frameMs = 1000 / options.fps;
    this.#originMs = options.clock.nowMs();
  }

  /** Nothing is drawn or answered before `untilMs`. */
  freezeUntil(untilMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, untilMs);
    this.#timer?.cancel();
    this.#timer = undefined;
    this.wake();
  }

  get isFrozen(): boolean {
    return this.#options.clock.nowMs() < this.#frozenUntilMs;
  }

  /** Something may need a frame now. */
  wake(): void {
    if (this.#timer !== undefined || this.#isStopped || !this.#options.isNeeded()) return;
    const nowMs = this.#options.clock.nowMs();
    this.#timer = this.#options.clock.after(this.#nextFrameMs(nowMs) - nowMs, () => {
      this.#timer = undefined;
      this.#options.onFrame(this.#options.clock.nowMs());
      this.wake();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** First grid time after `nowMs` (by more than rounding) that is not frozen. */
  #nextFrameMs(nowMs: number): number {
    const fromMs = Math.max(nowMs + 0.5, this.#frozenUntilMs);
    return this.#originMs + Math.ceil((fromMs - this.#originMs) / this.frameMs) * this.frameMs;
  }
}
