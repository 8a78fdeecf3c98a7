import type { Clock } from '../runtime/index.js';
import { Schedule } from './schedule.js';

/** Shows one face at a time: at its time, and for its duration. */
export class FaceTimer {
  readonly #coming: Schedule;
  readonly #clock: Clock;
  readonly #show: (face: string | undefined, durationMs: number) => void;
  #cancelEnd: (() => void) | undefined;

  /** @param show - undefined: the duration of the last face is over. */
  constructor(clock: Clock, show: (face: string | undefined, durationMs: number) => void) {
    this.#clock = clock;
    this.#coming = new Schedule(clock);
    this.#show = show;
  }

  /** Whether a face is shown whose duration is not over. */
  get isShowing(): boolean {
    return this.#cancelEnd !== undefined;
  }

  face(face: string, atMs: number, durationMs: number): void {
    this.#coming.at(atMs, () => {
      this.#cancelEnd?.();
      const timer = this.#clock.after(durationMs, () => {
        this.#cancelEnd = undefined;
        this.#show(undefined, 0);
      });
      this.#cancelEnd = () => timer.cancel();
      this.#show(face, durationMs);
    });
  }

  /** Takes back what is still to come. */
  drop(): void {
    this.#coming.clear();
  }

  /** Ends the face that is shown, if any. */
  end(): void {
    this.drop();
    if (this.#cancelEnd === undefined) return;
    this.#cancelEnd();
    this.#cancelEnd = undefined;
    this.#show(undefined, 0);
  }
}
