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
