import { type Clock, linkedSignal, orAborted, ProviderError } from '../../runtime/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../chat-model.js';

export interface WatchOptions {
  readonly clock: Clock;
  /** The longest from the request to the first part, while somebody waits for it. */
  readonly firstPartMs: number;
  /** The same between two parts. */
  readonly idleMs: number;
}

/**
 * What a model answers, or an error when it falls silent.
 *
 * Time counts only while a part is awaited: who takes the parts may be as slow as it likes. The model's signal fires on a stall, on
 * the caller's abort and when the parts are left early; nobody then waits for a model that does not listen to it. It watches parts,
 * not bytes: a server that sends nothing but signs of life is silent too.
 *
 * @throws {ProviderError} BRIDGE_ERR_LLM_STALLED, retryable; the reason of the request's signal.
 */
export async function* watchedAnswer(
  model: ChatModel,
  request: ChatRequest,
  { clock, firstPartMs, idleMs }: WatchOptions,
): AsyncGenerator<ChatPart, void> {
  const own = new AbortController();
  const { signal, release } = linkedSignal(
    own.signal,
    ...(request.signal === undefined ? [] : [request.signal]),
  );
  signal.throwIfAborted();
  const parts = model.stream({ ...request, signal })[Symbol.asyncIterator]();
  let hasEnded = false;
  let hasAnswered = false;
  try {
    for (;;) {
      const limitMs = hasAnswered ? idleMs : firstPartMs;
      const timer = clock.after(limitMs, () => own.abort(stalled(model.name, limitMs, hasAnswered)));
      const next = await orAborted(parts.next(), signal).finally(() => timer.cancel());
      if (next.done === true) {
        hasEnded = true;
        return;
      }
      hasAnswered = true;
      yield next.value;
      signal.throwIfAborted();
    }
  } finally {
    if (!hasEnded) {
      own.abort(new DOMException('The answer is no longer wanted', 'AbortError'));
      parts.return?.()?.then(undefined, () => {});
    }
    release();
  }
}

function stalled(name: string, waitedMs: number, hasAnswered: boolean): ProviderError {
  const what = hasAnswered ? 'stopped in the middle of its answer and gave nothing more' : 'gave nothing';
  return new ProviderError(
    'BRIDGE_ERR_LLM_STALLED',
    `${name} ${what} for ${Math.round(waitedMs / 100) / 10} s; is it overloaded, still loading, or the network down?`,
    { provider: name, retryable: true },
  );
}
