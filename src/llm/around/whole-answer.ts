import { ProviderError } from '../../runtime/index.js';
import type { ChatPart } from '../chat-model.js';

/**
 * The parts of an answer that keeps the promises of `ChatPart`: pieces of text are not empty, calls have a name and an id, and `end`
 * comes once, last.
 *
 * @throws {ProviderError} BRIDGE_ERR_LLM_TRUNCATED - it stopped without an end, retryable; FAILED - a call has no name.
 */
export async function* wholeAnswer(
  parts: AsyncIterable<ChatPart>,
  name: string,
): AsyncGenerator<ChatPart, void> {
  let calls = 0;
  for await (const part of parts) {
    if (part.type === 'end') {
      // What a model calls the reason counts less than what it did: calls must be answered.
      yield calls > 0 && part.reason === 'stop' ? { type: 'end', reason: 'calls' } : part;
      return;
    }
    if ((part.type === 'text' || part.type === 'reasoning') && part.text === '') continue;
    if (part.type !== 'call') {
      yield part;
      continue;
    }
    calls++;
    if (part.call.name === '') throw failed(name, 'called a tool without naming it');
    yield part.call.id === '' ? { type: 'call', call: { ...part.call, id: `call-${calls}` } } : part;
  }
  throw new ProviderError(
    'BRIDGE_ERR_LLM_TRUNCATED',
    `${name}: expected an answer to its end, but it stopped without one; try again`,
    { provider: name, retryable: true },
  );
}

function failed(name: string, what: string): ProviderError {
  return new ProviderError('BRIDGE_ERR_LLM_FAILED', `${name} ${what}; try again, or use another model`, {
    provider: name,
    retryable: true,
  });
}
