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
  /** Runs `run` once, not before `delayMs` (>= 0) from now. */
  after(delayMs: number, run: () => void): Timer;
}

/** The machine's own clock. */
export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): Timer {
    const handle = setTimeout(run, Math.max(0, delayMs));
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
