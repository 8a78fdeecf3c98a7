import {
  type Exchange,
  type Fields,
  finiteOf,
  isFields,
  serverEvents,
  textOf,
  truncatedFault,
} from '../../../vendor/index.js';
import type { ChatEndReason, ChatPart } from '../../chat-model.js';
import { type ErrorContext, errorInAnswer, MAX_ANSWER_BYTES, placeOfAnswer } from '../chat-stream.js';
import { filteredFault } from '../llm-family.js';
import { isWholeJson } from '../tidy-messages.js';
import { REASONING_ITEM } from './responses-body.js';

/** Events whose `delta` is words, and those in which it is thoughts. */
const WORDS = new Set(['response.output_text.delta', 'response.refusal.delta']);
const THOUGHTS = new Set(['response.reasoning_text.delta', 'response.reasoning_summary_text.delta']);

/**
 * The answer of the Responses API. `response.completed` or `response.incomplete` is its end.
 *
 * @source openai 6.49 resources/responses/responses.d.ts, ResponseStreamEvent
 */
export async function* readResponses(
  exchange: Exchange,
  context: ErrorContext,
): AsyncGenerator<ChatPart, void> {
  const { face } = context.client;
  const answer = { hasWords: false, hasCalls: false, isDone: false };
  for await (const { event, fields } of serverEvents(exchange, face, MAX_ANSWER_BYTES)) {
    if (fields === undefined || answer.isDone) continue;
    const type = textOf(fields['type']) ?? event;
    const delta = textOf(fields['delta']);
    if (type === 'error' || isFields(fields['error'])) throw errorInAnswer(fields, context);
    if (type === 'response.failed') throw errorInAnswer(responseIn(fields), context);
    if (type === 'response.completed' || type === 'response.incomplete') {
      answer.isDone = true;
      yield* ending(responseIn(fields), answer, context);
      continue;
    }
    if (delta !== undefined && type !== undefined && WORDS.has(type)) {
      answer.hasWords = true;
      yield { type: 'text', text: delta };
    } else if (delta !== undefined && type !== undefined && THOUGHTS.has(type))
      yield { type: 'reasoning', text: delta };
    else if (type === 'response.output_item.done' && isFields(fields['item'])) {
      const part = itemPart(fields['item']);
      answer.hasCalls ||= part?.type === 'call';
      if (part !== undefined) yield part;
    }
  }
  if (!answer.isDone) throw truncatedFault(face, placeOfAnswer(face));
}

function responseIn(fields: Fields): Fields {
  return isFields(fields['response']) ? fields['response'] : fields;
}

function itemPart(item: Fields): ChatPart | undefined {
  if (item['type'] === 'function_call') {
    const id = textOf(item['call_id']);
    const name = textOf(item['name']);
    const argumentsJson = textOf(item['arguments']) ?? '';
    if (id === undefined || name === undefined || !isWholeJson(argumentsJson)) return undefined;
    return { type: 'call', call: { id, name, argumentsJson } };
  }
  if (item['type'] !== 'reasoning' || textOf(item['encrypted_content']) === undefined) return undefined;
  // The state of an item is told, never taken.
  const { status: _status, ...given } = item;
  return { type: 'vendor', value: { kind: REASONING_ITEM, item: given } };
}

function* ending(
  response: Fields,
  { hasWords, hasCalls }: { readonly hasWords: boolean; readonly hasCalls: boolean },
  { client }: ErrorContext,
): Generator<ChatPart, void> {
  const details = response['incomplete_details'];
  const cut = isFields(details) ? textOf(details['reason']) : undefined;
  if (cut === 'content_filter' && !hasWords) throw filteredFault(client.face, cut);
  const usage = isFields(response['usage']) ? response['usage'] : {};
  const inputTokens = finiteOf(usage['input_tokens']);
  const outputTokens = finiteOf(usage['output_tokens']);
  if (inputTokens !== undefined && outputTokens !== undefined)
    yield { type: 'usage', inputTokens, outputTokens };
  const reason: ChatEndReason =
    cut === 'content_filter' ? 'filter' : cut !== undefined ? 'length' : hasCalls ? 'calls' : 'stop';
  yield { type: 'end', reason };
}
