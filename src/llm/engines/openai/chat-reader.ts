import {
  type Exchange,
  type Fields,
  fieldsIn,
  finiteOf,
  isFields,
  type ServerEvent,
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
import { ThinkFilter } from '../think-filter.js';
import { ToolCallSlots } from './tool-call-slots.js';

export interface ChatReading extends ErrorContext {
  /** Whether `<think>` at the beginning is taken for thoughts. */
  readonly hasInlineThoughts: boolean;
}

/**
 * The answer of Chat Completions, streamed or whole. `data: [DONE]` or a `finish_reason` is its end; without either it was cut.
 *
 * @source openai 6.49 ChatCompletionChunk; for others: Ollama docs "OpenAI compatibility", vLLM and llama.cpp (`reasoning_content`),
 *   OpenRouter docs "Streaming" (comments, errors in the stream, `reasoning`)
 */
export async function* readChat(exchange: Exchange, reading: ChatReading): AsyncGenerator<ChatPart, void> {
  const { face } = reading.client;
  const answer = new ChatAnswer(reading);
  try {
    for await (const event of serverEvents(exchange, face, MAX_ANSWER_BYTES)) {
      if (answer.isDone) continue;
      if (event.fields === undefined) yield* answer.end();
      else yield* answer.take(event);
    }
  } catch (error) {
    if (!endsAnyway(error, answer.hasEnd)) throw error;
  }
  if (answer.isDone) return;
  if (!answer.hasEnd) throw truncatedFault(face, placeOfAnswer(face));
  yield* answer.end();
}

class ChatAnswer {
  /** Its end was given. */
  isDone = false;
  readonly #reading: ChatReading;
  readonly #slots = new ToolCallSlots();
  readonly #thoughts: ThinkFilter | undefined;
  #finish: string | undefined;
  #hasWords = false;
  #usage: ChatPart | undefined;

  constructor(reading: ChatReading) {
    this.#reading = reading;
    this.#thoughts = reading.hasInlineThoughts ? new ThinkFilter() : undefined;
  }

  get hasEnd(): boolean {
    return this.#finish !== undefined;
  }

  *take({ event, fields = {} }: ServerEvent): Generator<ChatPart, void> {
    const { error } = fields;
    if (event === 'error' || isFields(error) || textOf(error) !== undefined || fields['object'] === 'error')
      throw errorInAnswer(fields, this.#reading);
    this.#usage = usageOf(fields['usage']) ?? this.#usage;
    // Only one answer was asked for; the last piece has none.
    const [choice] = fieldsIn(fields['choices']);
    if (choice === undefined) return;
    const delta = isFields(choice['delta']) ? choice['delta'] : choice['message'];
    if (isFields(delta)) yield* this.#delta(delta);
    this.#finish = textOf(choice['finish_reason']) ?? this.#finish;
    // A server that does not stream gives everything at once, and with some the reason is left out.
    if (isFields(choice['message'])) this.#finish ??= 'stop';
  }

  *#delta(delta: Fields): Generator<ChatPart, void> {
    const reasoning = textOf(delta['reasoning_content']) ?? textOf(delta['reasoning']);
    if (reasoning !== undefined) yield { type: 'reasoning', text: reasoning };
    for (const text of [textOf(delta['content']), textOf(delta['refusal'])])
      if (text !== undefined) yield* this.#words(this.#thoughts?.push(text) ?? [{ type: 'text', text }]);
    this.#slots.push(delta['tool_calls']);
  }

  *#words(parts: readonly ChatPart[]): Generator<ChatPart, void> {
    for (const part of parts) {
      this.#hasWords ||= part.type === 'text';
      yield part;
    }
  }

  *end(): Generator<ChatPart, void> {
    this.isDone = true;
    yield* this.#words(this.#thoughts?.end() ?? []);
    const calls = this.#slots.calls(() => this.#reading.client.newId());
    const reason = endReason(this.#finish, calls.length > 0);
    if (reason === 'filter' && !this.#hasWords && calls.length === 0)
      throw filteredFault(this.#reading.client.face, 'content_filter');
    for (const call of calls) yield { type: 'call', call };
    if (this.#usage !== undefined) yield this.#usage;
    yield { type: 'end', reason };
  }
}

function endReason(finish: string | undefined, hasCalls: boolean): ChatEndReason {
  if (finish === 'length' || finish === 'max_tokens') return 'length';
  if (finish === 'content_filter') return 'filter';
  // Some say `stop` behind calls.
  return hasCalls ? 'calls' : 'stop';
}

function usageOf(usage: unknown): ChatPart | undefined {
  if (!isFields(usage)) return undefined;
  const inputTokens = finiteOf(usage['prompt_tokens']);
  const outputTokens = finiteOf(usage['completion_tokens']);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return { type: 'usage', inputTokens, outputTokens };
}
