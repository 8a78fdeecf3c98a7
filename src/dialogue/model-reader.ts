import type { ChatModel, ChatPart, ChatRequest } from '../llm/index.js';
import { type Clock, linkedSignal, orAborted, ProviderError, type Timer } from '../runtime/index.js';

export interface ReadModelOptions {
  readonly clock: Clock;
  /** Longest silence of the model. */
  readonly limitMs: number;
  /** So long after the last part `onStall` is called, once per silence. */
  readonly stallMs: number;
  readonly onStall: () => void;
}

/**
 * Reads a model that may do anything: fall silent, ignore its signal, give nonsense, or stop without an end.
 *
 * What stands around the bridge's own models keeps most of that away; a model of the user's own, and the last line of defence against
 * a turn that never ends, need it here.
 *
 * @throws {ProviderError} BRIDGE_ERR_LLM_STALLED, BRIDGE_ERR_LLM_TRUNCATED, BRIDGE_ERR_LLM_FAILED; what the model throws.
 * @throws the reason of the request's signal, at once.
 */
export async function* readModel(
  model: ChatModel,
  request: ChatRequest,
  { clock, limitMs, stallMs, onStall }: ReadModelOptions,
): AsyncGenerator<ChatPart> {
  const silence = new AbortController();
  const { signal, release } = linkedSignal(silence.signal, ...(request.signal ? [request.signal] : []));
  let limit: Timer | undefined;
  let stall: Timer | undefined;
  const rest = (): void => {
    limit?.cancel();
    stall?.cancel();
  };
  const parts = model.stream({ ...request, signal })[Symbol.asyncIterator]();
  let hasText = false;
  try {
    for (;;) {
      limit = clock.after(limitMs, () => silence.abort(stalled(model, limitMs)));
      if (hasText) stall = clock.after(stallMs, onStall);
      const next = await orAborted(parts.next(), signal);
      rest();
      if (next.done === true) throw truncated(model);
      const part = checked(model, next.value);
      hasText = part.type === 'text' ? true : hasText;
      yield part;
      if (part.type === 'end') return;
    }
  } finally {
    rest();
    release();
    // Not awaited: a model that ignores its signal would hold the turn.
    void Promise.resolve(parts.return?.()).catch(() => {});
  }
}

function checked(model: ChatModel, part: ChatPart): ChatPart {
  const isKnown = typeof part === 'object' && part !== null && typeof part.type === 'string';
  const isBroken = isKnown && part.type === 'text' && typeof part.text !== 'string';
  const hasNoCall = isKnown && part.type === 'call' && typeof part.call?.name !== 'string';
  if (isKnown && !isBroken && !hasNoCall) return part;
  throw new ProviderError(
    'BRIDGE_ERR_LLM_FAILED',
    `Language model ${model.name} gave something that is no part of an answer: ${typeof part}. Mend its stream().`,
    { provider: model.name },
  );
}

function stalled(model: ChatModel, limitMs: number): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_LLM_STALLED',
    `Language model ${model.name} gave nothing for ${limitMs} ms. Ask again, or choose another.`,
    { provider: model.name, retryable: true },
  );
}

function truncated(model: ChatModel): ProviderError {
  return new ProviderError(
    'BRIDGE_ERR_LLM_TRUNCATED',
    `Language model ${model.name} stopped without an end. Ask again, or choose another.`,
    { provider: model.name, retryable: true },
  );
}
