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
import {
  type ErrorContext,
  endsAnyway,
  errorInAnswer,
  MAX_ANSWER_BYTES,
  placeOfAnswer,
} from '../chat-stream.js';
import { filteredFault } from '../llm-family.js';
import { isWholeJson } from '../tidy-messages.js';
import { THINKING_BLOCK, type ThinkingValue } from './anthropic-body.js';

/**
 * The answer of the Messages API. `message_stop`, or a `stop_reason` in front of it, is its end.
 *
 * @source anthropic-sdk-typescript bfa9197 RawMessageStreamEvent; platform.claude.com "Streaming messages" (ping and error events)
 */
export async function* readAnthropic(
  exchange: Exchange,
  context: ErrorContext,
): AsyncGenerator<ChatPart, void> {
  const { face } = context.client;
  const answer = new AnthropicAnswer(context);
  try {
    for await (const { event, fields } of serverEvents(exchange, face, MAX_ANSWER_BYTES)) {
      if (fields === undefined || answer.isDone) continue;
      const type = textOf(fields['type']) ?? event;
      if (type === 'error') throw errorInAnswer(fields, context);
      if (type === 'message_stop') yield* answer.end();
      else yield* answer.take(type, fields);
    }
  } catch (error) {
    if (!endsAnyway(error, answer.hasEnd)) throw error;
  }
  if (answer.isDone) return;
  if (!answer.hasEnd) throw truncatedFault(face, placeOfAnswer(face));
  yield* answer.end();
}

interface Block {
  readonly start: Fields;
  text: string;
  signature: string;
  json: string;
}

class AnthropicAnswer {
  /** Its end was given. */
  isDone = false;
  readonly #context: ErrorContext;
  readonly #blocks = new Map<number, Block>();
  #textLetters = 0;
  #calls = 0;
  #stopReason: string | undefined;
  #inputTokens: number | undefined;
  #outputTokens: number | undefined;

  constructor(context: ErrorContext) {
    this.#context = context;
  }

  get hasEnd(): boolean {
    return this.#stopReason !== undefined;
  }

  *take(type: string | undefined, fields: Fields): Generator<ChatPart, void> {
    const index = finiteOf(fields['index']) ?? 0;
    switch (type) {
      case 'message_start':
        this.#count(isFields(fields['message']) ? fields['message']['usage'] : undefined);
        return;
      case 'content_block_start':
        if (isFields(fields['content_block'])) yield* this.#begin(index, fields['content_block']);
        return;
      case 'content_block_delta':
        if (isFields(fields['delta'])) yield* this.#delta(index, fields['delta']);
        return;
      case 'content_block_stop':
        yield* this.#finish(index);
        return;
      case 'message_delta':
        if (isFields(fields['delta']))
          this.#stopReason = textOf(fields['delta']['stop_reason']) ?? this.#stopReason;
        this.#count(fields['usage']);
        return;
      default:
        // `ping`, and what is yet to be invented.
        return;
    }
  }

  *end(): Generator<ChatPart, void> {
    this.isDone = true;
    const reason = endReason(this.#stopReason, this.#calls > 0);
    if (reason === 'filter' && this.#textLetters === 0 && this.#calls === 0)
      throw filteredFault(this.#context.client.face, 'refusal');
    if (this.#inputTokens !== undefined && this.#outputTokens !== undefined)
      yield { type: 'usage', inputTokens: this.#inputTokens, outputTokens: this.#outputTokens };
    yield { type: 'end', reason };
  }

  *#begin(index: number, start: Fields): Generator<ChatPart, void> {
    this.#blocks.set(index, { start, text: '', signature: textOf(start['signature']) ?? '', json: '' });
    // Empty in what was seen; the interface does not promise it.
    const text = textOf(start['text']) ?? textOf(start['thinking']);
    if (text !== undefined) yield* this.#words(index, start['type'] === 'text', text);
  }

  *#delta(index: number, delta: Fields): Generator<ChatPart, void> {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    const text = textOf(delta['text']);
    const thinking = textOf(delta['thinking']);
    if (delta['type'] === 'text_delta' && text !== undefined) yield* this.#words(index, true, text);
    else if (delta['type'] === 'thinking_delta' && thinking !== undefined)
      yield* this.#words(index, false, thinking);
    else if (delta['type'] === 'signature_delta') block.signature += textOf(delta['signature']) ?? '';
    else if (delta['type'] === 'input_json_delta') block.json += textOf(delta['partial_json']) ?? '';
  }

  *#words(index: number, isText: boolean, text: string): Generator<ChatPart, void> {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    block.text += text;
    if (isText) this.#textLetters += text.length;
    yield { type: isText ? 'text' : 'reasoning', text };
  }

  *#finish(index: number): Generator<ChatPart, void> {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    if (block === undefined) return;
    const { start, text, signature } = block;
    switch (start['type']) {
      case 'tool_use':
        yield* this.#call(block);
        return;
      case 'thinking':
        // Without its signature a thought is refused.
        if (signature !== '') yield this.#thought({ type: 'thinking', thinking: text, signature });
        return;
      case 'redacted_thinking':
        yield this.#thought({ type: 'redacted_thinking', data: start['data'] });
        return;
      default:
        return;
    }
  }

  *#call({ start, json }: Block): Generator<ChatPart, void> {
    const id = textOf(start['id']);
    const name = textOf(start['name']);
    if (id === undefined || name === undefined || !isWholeJson(json)) return;
    const given = isFields(start['input']) && Object.keys(start['input']).length > 0 ? start['input'] : {};
    this.#calls++;
    yield { type: 'call', call: { id, name, argumentsJson: json === '' ? JSON.stringify(given) : json } };
  }

  #thought(block: Fields): ChatPart {
    const value: ThinkingValue = {
      kind: THINKING_BLOCK,
      block,
      textBefore: this.#textLetters,
      callsBefore: this.#calls,
    };
    return { type: 'vendor', value };
  }

  /** Counts are of the whole so far; the last holds. What came out of the vendor's cache was given as well. */
  #count(usage: unknown): void {
    if (!isFields(usage)) return;
    const input = finiteOf(usage['input_tokens']);
    if (input !== undefined)
      this.#inputTokens =
        input +
        (finiteOf(usage['cache_read_input_tokens']) ?? 0) +
        (finiteOf(usage['cache_creation_input_tokens']) ?? 0);
    this.#outputTokens = finiteOf(usage['output_tokens']) ?? this.#outputTokens;
  }
}

function endReason(reason: string | undefined, hasCalls: boolean): ChatEndReason {
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  if (reason === 'refusal') return 'filter';
  return hasCalls ? 'calls' : 'stop';
}
