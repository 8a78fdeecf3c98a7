import type { Clock, Timer } from '../../runtime/index.js';

const ASK_AFTER_MS = 20_000;
const GIVE_UP_AFTER_MS = 10_000;

/** Notices a server that went away without a word: after 20 s of silence it is asked, 10 s later given up. */
export class Silence {
  readonly #clock: Clock;
  readonly #then: { readonly ask: () => void; readonly giveUp: () => void };
  #lastMs = 0;
  #wasAsked = false;
  #timer: Timer | undefined;

  constructor(clock: Clock, then: { readonly ask: () => void; readonly giveUp: () => void }) {
    this.#clock = clock;
    this.#then = then;
  }

  /** Something came, or is expected from now on. */
  watch(): void {
    this.#lastMs = this.#clock.nowMs();
    this.#wasAsked = false;
    // One timer for many frames: it looks when it fires how long it is silent.
    this.#timer ??= this.#clock.after(ASK_AFTER_MS, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const limitMs = this.#wasAsked ? ASK_AFTER_MS + GIVE_UP_AFTER_MS : ASK_AFTER_MS;
    const leftMs = this.#lastMs + limitMs - this.#clock.nowMs();
    if (leftMs > 0) {
      this.#timer = this.#clock.after(leftMs, () => this.#look());
    } else if (this.#wasAsked) {
      this.#timer = undefined;
      this.#then.giveUp();
    } else {
      this.#wasAsked = true;
      this.#timer = this.#clock.after(GIVE_UP_AFTER_MS, () => this.#look());
      this.#then.ask();
    }
  }
}
