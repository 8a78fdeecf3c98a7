import { type Clock, sleep } from '../../runtime/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../chat-model.js';
import { readConversation } from './conversation.js';
import { dressed } from './dress.js';
import { OFFLINE_TYPE, type OfflineOptions } from './offline-options.js';
import { replyTo } from './reply-to.js';

/**
 * A conversation partner without a language model, so that everything else can be tried without a key. The same words at the same time
 * give the same answer; what it remembers stands in the request's messages alone.
 */
export class OfflineModel implements ChatModel {
  readonly name: string;
  readonly type = OFFLINE_TYPE;
  readonly model = 'demonstration';
  /** It sees that there is a picture, and says that it sees nothing in it. */
  readonly seesImages = true;
  readonly callsTools = true;
  readonly #options: OfflineOptions;
  readonly #clock: Clock;

  constructor(name: string, options: OfflineOptions, { clock }: { readonly clock: Clock }) {
    this.name = name;
    this.#options = options;
    this.#clock = clock;
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    const { signal, maxTokens = Number.POSITIVE_INFINITY } = request;
    const { charMs, language, timeZone } = this.#options;
    signal?.throwIfAborted();
    const conversation = readConversation(request, language);
    const reply = replyTo(conversation, { nowMs: this.#clock.wallMs(), timeZone });
    let tokens = 0;
    for (const text of tokensOf(dressed(reply.says, conversation))) {
      if (tokens++ >= maxTokens) {
        yield { type: 'end', reason: 'length' };
        return;
      }
      await sleep(this.#clock, charMs * text.length, signal);
      yield { type: 'text', text };
    }
    if (reply.call !== undefined) yield { type: 'call', call: reply.call };
    yield { type: 'end', reason: reply.call === undefined ? 'stop' : 'calls' };
  }

  async warmUp(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Words with the blank before them; kana and kanji two at a time. Together they are the text. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\s*[\u0021-\u02ff]+|\s*[^\u0000-\u02ff]{1,2}|\s+/gu) ?? [];
}
