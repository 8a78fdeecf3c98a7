import type { Clock } from '../../runtime/index.js';

const WINDOW_MS = 1000;
const MAX_MESSAGES = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Tells when a server says more in a second than any use of it explains. */
export class FloodGate {
  readonly #clock: Clock;
  #windowMs = Number.NEGATIVE_INFINITY;
  #messages = 0;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns Whether it is too much. */
  take(messages: number, bytes: number): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#windowMs >= WINDOW_MS) {
      this.#windowMs = nowMs;
      this.#messages = 0;
      this.#bytes = 0;
    }
    this.#messages += messages;
    this.#bytes += bytes;
    return this.#messages > MAX_MESSAGES || this.#bytes > MAX_BYTES;
  }
}
