import { type Clock, orAborted, ProviderError } from '../../runtime/index.js';
import type { SpeechPart, SpeechRequest, Synthesizer } from '../synthesizer.js';
import { LinkedAbort, noLongerWanted } from './linked-abort.js';

export interface WatchOptions {
  readonly clock: Clock;
  /** The longest between the request and the first part, and between two parts, while somebody waits for them. */
  readonly idleMs: number;
}

/**
 * What an engine says, or an error when it falls silent.
 *
 * Time counts only while a part is awaited: who takes the parts may be as slow as it likes. The engine's signal fires on a
 * stall, and when the parts are left early; nobody then waits for an engine that does not listen to it.
 *
 * @throws {ProviderError} BRIDGE_ERR_SPEECH_STALLED, retryable.
 */
export async function* watchedParts(
  engine: Synthesizer,
  request: SpeechRequest,
  { clock, idleMs }: WatchOptions,
): AsyncGenerator<SpeechPart> {
  const abort = new LinkedAbort(request.signal);
  abort.signal.throwIfAborted();
  const parts = engine.speak({ ...request, signal: abort.signal })[Symbol.asyncIterator]();
  let hasEnded = false;
  let count = 0;
  try {
    for (;;) {
      const timer = clock.after(idleMs, () => abort.abort(stalled(engine.name, idleMs, count)));
      const next = await orAborted(parts.next(), abort.signal).finally(() => timer.cancel());
      if (next.done === true) {
        hasEnded = true;
        return;
      }
      count++;
      yield next.value;
    }
  } finally {
    if (!hasEnded) {
      abort.abort(noLongerWanted());
      parts.return?.()?.then(undefined, () => {});
    }
    abort.release();
  }
}

function stalled(name: string, idleMs: number, parts: number): ProviderError {
  const where = parts === 0 ? 'gave nothing' : 'stopped in the middle of its answer and gave nothing more';
  return new ProviderError(
    'BRIDGE_ERR_SPEECH_STALLED',
    `${name} ${where} for ${Math.round(idleMs / 100) / 10} s; is it overloaded, or the network down?`,
    { provider: name, retryable: true },
  );
}
