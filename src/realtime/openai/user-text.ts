import type { Clock, Timer } from '../../runtime/index.js';

/** How long after its answer what the user said may still be written down. */
const LATE_MS = 20_000;

/** What the user said in one turn, once it is known. */
export class UserText {
  readonly done: Promise<string | undefined>;
  readonly #clock: Clock;
  #resolve: ((text: string | undefined) => void) | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The first counts. */
  settle(text: string | undefined): void {
    this.#timer?.cancel();
    this.#resolve?.(text);
    this.#resolve = undefined;
  }

  /** The answer has ended: it is waited for a while only. */
  waitShortly(): void {
    if (this.#resolve !== undefined) this.#timer ??= this.#clock.after(LATE_MS, () => this.settle(undefined));
  }
}
