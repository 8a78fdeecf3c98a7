import type { Clock, Timer } from '../../runtime/index.js';

const EVERY_MS = 1000;
const EVERY_BYTES = 64 * 1024;

/** Tells the server what came, so that it keeps little: once a second, or after 64 KiB. */
export class Acknowledgement {
  readonly #clock: Clock;
  readonly #tell: (seq: number) => void;
  #seq = 0;
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, tell: (seq: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  came(seq: number, bytes: number): void {
    this.#seq = seq;
    this.#bytes += bytes;
    if (this.#bytes >= EVERY_BYTES) this.#now();
    else this.#timer ??= this.#clock.after(EVERY_MS, () => this.#now());
  }

  /** Nothing is told any more of what came so far. */
  reset(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#bytes = 0;
  }

  #now(): void {
    this.reset();
    this.#tell(this.#seq);
  }
}
