/** A pending call that can be taken back. */
export interface Timer {
  /** Idempotent; after it returns the call will not happen. */
  cancel(): void;
}

/**
 * The only source of time in the product.
 *
 * Everything that waits or measures takes a Clock, so that tests can run eight hours in a second.
 * `nowMs` is monotonic with sub-millisecond resolution and has no meaning as a date; `wallMs` is
 * for display and logs only and may jump.
 */
export interface Clock {
  nowMs(): number;
  wallMs(): number;
  /**
   * Runs `run` once, not before `delayMs` from now and never within the call: as soon as what runs now is over, input and output next to
   * it, when it is 0 or negative; never when it is Infinity.
   */
  after(delayMs: number, run: () => void): Timer;
}

/** @internal A call that will never happen. */
export const NEVER: Timer = { cancel: () => {} };
/** The longest that setTimeout bears; beyond it, it fires at once. */
const MAX_TIMEOUT_MS = 2_147_483_647;
/** Node's; a browser has none, and makes a timer of 0 ms one of 0 ms. */
const immediates = globalThis as {
  readonly setImmediate?: (run: () => void) => unknown;
  readonly clearImmediate?: (handle: unknown) => void;
};

/** The machine's own clock. */
export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): Timer {
    if (delayMs === Number.POSITIVE_INFINITY) return NEVER;
    // Node makes a timer of 0 ms one of 1 ms.
    if (delayMs <= 0 && immediates.setImmediate !== undefined) {
      const handle = immediates.setImmediate(run);
      return { cancel: () => immediates.clearImmediate?.(handle) };
    }
    const dueMs = performance.now() + Math.max(0, delayMs);
    let handle: ReturnType<typeof setTimeout>;
    const wait = (leftMs: number): void => {
      handle = setTimeout(wake, Math.min(Math.ceil(leftMs), MAX_TIMEOUT_MS));
    };
    // Node counts from the start of its loop's turn and in whole milliseconds: its timers come early.
    const wake = (): void => {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) wait(leftMs);
      else run();
    };
    wait(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  }
}

/** Resolves after `delayMs` on `clock`; rejects with the signal's reason when aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
