import type { TurnTrace } from '../kept/index.js';
import type { Clock } from '../runtime/index.js';

export type TraceMark = keyof TurnTrace;

/** When things happened in one turn: the first time counts. */
export class Trace {
  readonly #clock: Clock;
  readonly #fromMs: number;
  readonly #marks: { -readonly [K in TraceMark]?: number } = {};

  /** @param fromMs - end of the user's speech, or when the turn came; monotonic. */
  constructor(clock: Clock, fromMs: number) {
    this.#clock = clock;
    this.#fromMs = fromMs;
  }

  /** Wall clock of what the marks count from. */
  get fromWallMs(): number {
    return this.#clock.wallMs() - (this.#clock.nowMs() - this.#fromMs);
  }

  mark(what: TraceMark, atMs = this.#clock.nowMs()): void {
    this.#marks[what] ??= Math.round((atMs - this.#fromMs) * 10) / 10;
  }

  marks(): TurnTrace {
    return { ...this.#marks };
  }
}
