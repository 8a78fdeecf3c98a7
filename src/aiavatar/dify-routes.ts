import { type Asked, answerJson, type HttpEndpoint, readJson } from '../server/index.js';
import { askTurn } from './ask-turn.js';
import { MAX_BODY_BYTES } from './chat-routes.js';
import { isWorthTelling } from './chunk.js';
import { EventAnswer, failureOf } from './event-answer.js';
import type { TurnNews } from './follow-turn.js';
import { openSession } from './open-session.js';
import type { Room } from './ports.js';
import { refuseAsDify } from './refusals.js';
import {
  fault,
  isRecord,
  MAX_ID_CHARS,
  MAX_TEXT_CHARS,
  readFiles,
  readParameters,
  textOf,
} from './request.js';

/** A question in Dify's words. */
interface DifyQuestion {
  readonly query: string;
  readonly user: string;
  readonly conversation: string | undefined;
  readonly images: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly isStreaming: boolean;
}

/**
 * `POST /chat-messages`, as Dify answers it: server-sent events, or one JSON with `"response_mode": "blocking"`. Events stand without
 * it too, as from AIAvatarKit. `conversation_id` goes on with a conversation of this caller.
 *
 * @source aiavatarkit (272548e), adapter/http/server.py; docs.dify.ai, Send Chat Message
 */
export function difyRoutes(room: Room): readonly HttpEndpoint[] {
  return [
    {
      method: 'POST',
      path: '/chat-messages',
      need: 'client',
      costs: 'turn',
      refuse: refuseAsDify,
      handle: (asked) => chatMessages(asked, room),
    },
  ];
}

async function chatMessages(asked: Asked, room: Room): Promise<void> {
  const question = readQuestion(await readJson(asked, { maxBytes: MAX_BODY_BYTES, clock: room.clock }));
  const { query: text, images, inputs: parameters, conversation: context, user } = question;
  const session = openSession(room, {
    caller: asked.caller,
    name: context ?? `chat-messages ${room.newId()}`,
    user,
    wish: { voice: 'nobody', lane: undefined },
  });
  const message = new DifyMessage(`message_${room.newId()}`, Math.floor(room.clock.wallMs() / 1000));
  const answer = question.isStreaming ? new EventAnswer(asked, room) : undefined;
  const tell = (news: TurnNews): void => {
    const event = message.take(news);
    if (event !== undefined) answer?.send(event);
  };
  try {
    await askTurn({ text, images, parameters, context }, { session, signal: asked.signal, tell });
  } catch (error) {
    if (!answer?.hasBegun) throw error;
    answer.send(message.failed(failureOf(error)));
  }
  if (answer !== undefined) answer.end();
  else message.answer(asked);
}

/** The reply as Dify tells it. */
class DifyMessage {
  readonly #id: string;
  readonly #createdAt: number;
  #conversation: string | undefined;
  #reply = '';
  #failure: { readonly code: string; readonly message: string } | undefined;

  constructor(id: string, createdAt: number) {
    this.#id = id;
    this.#createdAt = createdAt;
  }

  /** The event of the news, if it is one. */
  take(news: TurnNews): object | undefined {
    switch (news.kind) {
      case 'turn':
        this.#conversation = news.turn.context;
        return undefined;
      case 'piece':
        if (!isWorthTelling(news.piece)) return undefined;
        this.#reply += news.piece.raw;
        return { ...this.#event('message'), answer: news.piece.raw, created_at: this.#createdAt };
      case 'tool':
      case 'vision':
        return undefined;
      case 'given':
        return this.#end();
      case 'ended':
        return news.end.outcome === 'failed' || news.end.outcome === 'dropped'
          ? this.failed(
              news.end.error ?? { code: 'BRIDGE_ERR_TURN_REFUSED', message: 'The turn was not taken' },
            )
          : this.#end();
    }
  }

  failed(failure: { readonly code: string; readonly message: string }): object {
    this.#failure = failure;
    return { ...this.#event('error'), status: 500, ...failure };
  }

  answer({ response }: Asked): void {
    if (this.#failure !== undefined) {
      answerJson(response, 500, { ...this.#failure, status: 500 });
      return;
    }
    const fields = {
      id: this.#id,
      mode: 'chat',
      answer: this.#reply,
      metadata: {},
      created_at: this.#createdAt,
    };
    answerJson(response, 200, { ...this.#event('message'), ...fields });
  }

  #end(): object {
    return { ...this.#event('message_end'), metadata: {}, answer: null, created_at: null };
  }

  #event(event: string): Record<string, unknown> {
    return { event, message_id: this.#id, conversation_id: this.#conversation ?? null };
  }
}

/** @throws {RequestError} BRIDGE_ERR_USAGE */
function readQuestion(body: unknown): DifyQuestion {
  if (!isRecord(body)) throw fault('Expected a JSON object with "query" and "user"');
  const query = (textOf(body, 'query', MAX_TEXT_CHARS) ?? '').trim();
  const user = textOf(body, 'user', MAX_ID_CHARS);
  if (user === undefined || user === '') throw fault('Expected "user": who asks');
  const images = readFiles(body['files']).map(({ url }) => url);
  if (query === '' && images.length === 0) throw fault('Expected "query": what is asked');
  const mode = textOf(body, 'response_mode', 32) ?? 'streaming';
  if (mode !== 'streaming' && mode !== 'blocking')
    throw fault('Expected "response_mode" as streaming or blocking');
  const conversation = textOf(body, 'conversation_id', MAX_ID_CHARS) || undefined;
  const inputs = readParameters(body['inputs']);
  return { query, user, conversation, images, inputs, isStreaming: mode === 'streaming' };
}
