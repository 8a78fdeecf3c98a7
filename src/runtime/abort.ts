/**
 * A signal that fires when the first of `signals` does.
 *
 * Used instead of AbortSignal.any, whose result Node 20 may collect as garbage while listeners still wait on it: a
 * daemon then never hears that it should stop.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) {
      controller.abort(signal.reason);
      break;
    }
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
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
