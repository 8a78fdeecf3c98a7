import {
  type Exchange,
  type Fields,
  finiteOf,
  isFields,
  serverEvents,
  textOf,
  truncatedFault,
} from '../../../vendor/index.js';
import type { ChatPart } from '../../chat-model.js';
import { type ErrorContext, errorInAnswer, MAX_ANSWER_BYTES, placeOfAnswer } from '../chat-stream.js';
import { ThinkFilter } from '../think-filter.js';

/** What is learnt of the service while it answers. */
export interface DifyLearning extends ErrorContext {
  readonly onConversation: (id: string) => void;
  /** Names what the service works on, so that it can be told to stop. */
  readonly onTask: (id: string) => void;
  /** The answer so far, as the service will keep it. */
  readonly onAnswer: (answer: string) => void;
}

/**
 * The answer of `/chat-messages`. `message_end` is its end.
 *
 * @source langgenius/dify web/app/components/develop/template/template_chat.en.mdx and template_advanced_chat.en.mdx
 */
export async function* readDify(exchange: Exchange, learning: DifyLearning): AsyncGenerator<ChatPart, void> {
  const { face } = learning.client;
  const answer = new DifyAnswer(learning);
  for await (const { event, fields } of serverEvents(exchange, face, MAX_ANSWER_BYTES)) {
    if (fields === undefined || answer.isDone) continue;
    const type = textOf(fields['event']) ?? event;
    answer.learn(fields);
    if (type === 'error') throw errorInAnswer(fields, learning);
    if (type === 'message_end') yield* answer.end(fields);
    else yield* answer.take(type, fields);
  }
  if (!answer.isDone) throw truncatedFault(face, placeOfAnswer(face));
}

class DifyAnswer {
  readonly #learning: DifyLearning;
  readonly #thoughts = new ThinkFilter();
  /** Its end was given. */
  isDone = false;
  #text = '';
  #isReplaced = false;

  constructor(learning: DifyLearning) {
    this.#learning = learning;
  }

  learn(fields: Fields): void {
    const conversation = textOf(fields['conversation_id']);
    const task = textOf(fields['task_id']);
    if (conversation !== undefined) this.#learning.onConversation(conversation);
    if (task !== undefined) this.#learning.onTask(task);
  }

  *take(type: string | undefined, fields: Fields): Generator<ChatPart, void> {
    const text = textOf(fields['answer']);
    switch (type) {
      case 'message':
      case 'agent_message':
        if (text !== undefined) yield* this.#words(text);
        return;
      case 'message_replace':
        if (text !== undefined) yield* this.#replace(text);
        return;
      case 'agent_thought': {
        const thought = textOf(fields['thought']);
        if (thought !== undefined) yield { type: 'reasoning', text: thought };
        return;
      }
      case 'workflow_finished':
        this.#checkWorkflow(fields['data']);
        return;
      default:
        // Nodes of the workflow, files and speech of the service's own.
        return;
    }
  }

  *end(fields: Fields): Generator<ChatPart, void> {
    this.isDone = true;
    yield* this.#thoughts.end();
    const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
    const usage = isFields(metadata['usage']) ? metadata['usage'] : {};
    const inputTokens = finiteOf(usage['prompt_tokens']);
    const outputTokens = finiteOf(usage['completion_tokens']);
    if (inputTokens !== undefined && outputTokens !== undefined)
      yield { type: 'usage', inputTokens, outputTokens };
    yield { type: 'end', reason: this.#isReplaced ? 'filter' : 'stop' };
  }

  *#words(text: string): Generator<ChatPart, void> {
    this.#text += text;
    this.#learning.onAnswer(this.#text);
    yield* this.#thoughts.push(text);
  }

  /** Moderation took the answer back. What was given cannot be: only what goes beyond it is added. */
  *#replace(text: string): Generator<ChatPart, void> {
    this.#isReplaced = true;
    const added = text.startsWith(this.#text) ? text.slice(this.#text.length) : text;
    this.#text = text;
    this.#learning.onAnswer(text);
    if (added !== '') yield* this.#thoughts.push(added);
  }

  #checkWorkflow(data: unknown): void {
    if (isFields(data) && data['status'] === 'failed')
      throw errorInAnswer({ message: textOf(data['error']) ?? 'the workflow failed' }, this.#learning);
  }
}
