import {
  type Exchange,
  type Fields,
  failedFault,
  fieldsIn,
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
import { filteredFault, reportedFault } from '../llm-family.js';
import { OWN_ID, type SignatureValue, THOUGHT_SIGNATURE } from './gemini-body.js';

/** The model wrote a call that is none: another try may do better. */
const BROKEN_CALL = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS']);
/** Everything else that is neither a good end nor the limit: content that may not be said. */
const CONTENT =
  /^(SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII|IMAGE_SAFETY|IMAGE_PROHIBITED_CONTENT|IMAGE_RECITATION)$/;

/**
 * The answer of streamGenerateContent. There is no last mark: a `finishReason` is the end, and what is counted comes with it.
 *
 * @source js-genai 6e9b35c types.ts (GenerateContentResponse, FinishReason, BlockedReason); ai.google.dev "Thought signatures"
 */
export async function* readGemini(exchange: Exchange, context: ErrorContext): AsyncGenerator<ChatPart, void> {
  const { face } = context.client;
  const answer = new GeminiAnswer(context);
  try {
    for await (const { fields } of serverEvents(exchange, face, MAX_ANSWER_BYTES)) {
      if (fields === undefined) continue;
      if (isFields(fields['error'])) throw errorInAnswer(fields, context);
      yield* answer.take(fields);
    }
  } catch (error) {
    if (!endsAnyway(error, answer.hasEnd)) throw error;
  }
  if (!answer.hasEnd) throw truncatedFault(face, placeOfAnswer(face));
  yield* answer.end();
}

class GeminiAnswer {
  readonly #context: ErrorContext;
  #finish: string | undefined;
  #textLetters = 0;
  #calls = 0;
  #usage: ChatPart | undefined;

  constructor(context: ErrorContext) {
    this.#context = context;
  }

  get hasEnd(): boolean {
    return this.#finish !== undefined;
  }

  *take(fields: Fields): Generator<ChatPart, void> {
    const feedback = fields['promptFeedback'];
    const blocked = isFields(feedback) ? textOf(feedback['blockReason']) : undefined;
    if (blocked !== undefined) throw filteredFault(this.#context.client.face, blocked);
    this.#usage = usageOf(fields['usageMetadata']) ?? this.#usage;
    const [candidate] = fieldsIn(fields['candidates']);
    if (candidate === undefined) return;
    const content = candidate['content'];
    for (const part of isFields(content) ? fieldsIn(content['parts']) : []) yield* this.#part(part);
    this.#finish = textOf(candidate['finishReason']) ?? this.#finish;
  }

  *end(): Generator<ChatPart, void> {
    const { face } = this.#context.client;
    const finish = this.#finish ?? '';
    if (BROKEN_CALL.has(finish))
      throw reportedFault(face, {
        status: undefined,
        words: `the model's call of a tool was broken (${finish})`,
      });
    const reason = endReason(finish, this.#calls > 0);
    const isSilent = this.#textLetters === 0 && this.#calls === 0;
    if (isSilent && reason === 'filter') throw filteredFault(face, finish);
    if (isSilent && finish !== 'STOP' && finish !== 'MAX_TOKENS')
      throw failedFault(face, `expected an answer from ${face.place}, got none (${finish.slice(0, 40)})`);
    if (this.#usage !== undefined) yield this.#usage;
    yield { type: 'end', reason };
  }

  *#part(part: Fields): Generator<ChatPart, void> {
    const text = textOf(part['text']);
    const signature = textOf(part['thoughtSignature']);
    if (part['thought'] === true) {
      if (text !== undefined) yield { type: 'reasoning', text };
      return;
    }
    if (text !== undefined) {
      this.#textLetters += text.length;
      yield { type: 'text', text };
    }
    const call = isFields(part['functionCall']) ? this.#call(part['functionCall']) : undefined;
    if (call !== undefined) yield call;
    if (signature !== undefined)
      yield this.#signature(signature, call === undefined ? undefined : this.#calls - 1);
  }

  #call(called: Fields): ChatPart | undefined {
    const name = textOf(called['name']);
    if (name === undefined) return undefined;
    this.#calls++;
    const id = textOf(called['id']) ?? `${OWN_ID}${this.#context.client.newId()}`;
    const args = isFields(called['args']) ? called['args'] : {};
    return { type: 'call', call: { id, name, argumentsJson: JSON.stringify(args) } };
  }

  #signature(signature: string, call: number | undefined): ChatPart {
    const value: SignatureValue = { kind: THOUGHT_SIGNATURE, signature, call, textBefore: this.#textLetters };
    return { type: 'vendor', value };
  }
}

function endReason(finish: string, hasCalls: boolean): ChatEndReason {
  if (finish === 'MAX_TOKENS') return 'length';
  if (CONTENT.test(finish)) return 'filter';
  return hasCalls ? 'calls' : 'stop';
}

/** Every piece counts the whole so far. Thoughts are paid as output. */
function usageOf(usage: unknown): ChatPart | undefined {
  if (!isFields(usage)) return undefined;
  const inputTokens = finiteOf(usage['promptTokenCount']);
  if (inputTokens === undefined) return undefined;
  const outputTokens =
    (finiteOf(usage['candidatesTokenCount']) ?? 0) + (finiteOf(usage['thoughtsTokenCount']) ?? 0);
  return { type: 'usage', inputTokens, outputTokens };
}
