import { type Clock, NEVER, type Timer } from './clock.js';

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A clock that moves only when told to: for tests and for accelerated runs (eight hours of stream in seconds).
 *
 * `advance` runs every due call in time order, each seeing `nowMs` at its own deadline; `stall` moves
 * time without running anything, as a blocked event loop would, and the late calls run on the next advance.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #pending: Pending[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  /** Calls still waiting; 0 after everything that owned a timer was closed. */
  get pendingCount(): number {
    return this.#pending.length;
  }

  after(delayMs: number, run: () => void): Timer {
    if (delayMs === Number.POSITIVE_INFINITY) return NEVER;
    const entry: Pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    let index = this.#pending.length;
    while (index > 0) {
      const before = this.#pending[index - 1];
      if (before === undefined || before.atMs <= entry.atMs) break;
      index--;
    }
    this.#pending.splice(index, 0, entry);
    return {
      cancel: () => {
        const at = this.#pending.indexOf(entry);
        if (at >= 0) this.#pending.splice(at, 1);
      },
    };
  }

  /** Moves time forward by `ms`, running what falls due; a late call sees the present, not its deadline. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#pending[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pending.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** As `advance`, but lets promises settle after every call. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#pending[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pending.shift();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Time passes and nothing runs. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
