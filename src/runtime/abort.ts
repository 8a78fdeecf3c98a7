/**
 * A signal that fires when the first of `signals` does. For signals that live no longer than what it ends; else `linkedSignal`.
 *
 * Used instead of AbortSignal.any, whose result Node 20 may collect as garbage while listeners still wait on it: a
 * daemon then never hears that it should stop.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  return linkedSignal(...signals).signal;
}

/**
 * As `anySignal`, for one of many pieces of work under signals that live on: `release` lets go of them when it is over, and the
 * signal does not fire any more. Idempotent.
 */
export function linkedSignal(...signals: readonly AbortSignal[]): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const leaving: (() => void)[] = [];
  const release = (): void => {
    for (const leave of leaving.splice(0)) leave();
  };
  for (const signal of signals) {
    const onAbort = (): void => {
      release();
      controller.abort(signal.reason);
    };
    if (signal.aborted) {
      onAbort();
      break;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    leaving.push(() => signal.removeEventListener('abort', onAbort));
  }
  return { signal: controller.signal, release };
}

/**
 * Waits for `pending` until the signal fires. What goes on is not stopped; its outcome is dropped.
 *
 * @throws the reason of the signal; what `pending` rejects with.
 */
export function orAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return pending;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** What ends much that goes on at the same time, such as all requests of an engine: however many listen, Node takes it for no leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  // Only Node counts listeners of a signal; browsers, which this runs in too, have no such module to import.
  globalThis.process?.getBuiltinModule?.('node:events')?.setMaxListeners(0, controller.signal);
  return controller;
}
