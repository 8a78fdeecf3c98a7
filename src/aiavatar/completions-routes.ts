import { type Asked, answerJson, type HttpEndpoint, readJson } from '../server/index.js';
import type { Session } from '../sessions/index.js';
import { askTurn } from './ask-turn.js';
import { MAX_BODY_BYTES } from './chat-routes.js';
import {
  type CompletionsIds,
  completion,
  completionChunk,
  estimatedUsage,
  usageChunk,
} from './completions-reply.js';
import { type CompletionsRequest, readCompletionsRequest } from './completions-request.js';
import { EventAnswer, failureOf } from './event-answer.js';
import type { TurnNews } from './follow-turn.js';
import type { Room } from './ports.js';
import { openAiError, refuseAsOpenAi } from './refusals.js';

/**
 * `POST /v1/chat/completions` and `GET /v1/models`, as OpenAI has them: each request brings its conversation along and is one of its own
 * here, ended with its reply. A model's name is that of a persona; any other means the one of the settings. Control tags are left out.
 */
export function completionsRoutes(room: Room): readonly HttpEndpoint[] {
  return [
    {
      method: 'POST',
      path: '/v1/chat/completions',
      need: 'client',
      costs: 'turn',
      refuse: refuseAsOpenAi,
      handle: (asked) => complete(asked, room),
    },
    {
      method: 'GET',
      path: '/v1/models',
      need: 'client',
      refuse: refuseAsOpenAi,
      handle: ({ response }) => {
        const model = (id: string): object => ({
          id,
          object: 'model',
          created: 0,
          owned_by: 'mmdagent-bridge',
        });
        answerJson(response, 200, { object: 'list', data: room.sessions.personas.map(model) });
      },
    },
  ];
}

async function complete(asked: Asked, room: Room): Promise<void> {
  const request = readCompletionsRequest(
    await readJson(asked, { maxBytes: MAX_BODY_BYTES, clock: room.clock }),
  );
  const session = sessionFor(request, asked, room);
  try {
    await new Completion(asked, room, request).run(session);
  } finally {
    // The caller keeps the conversation; nobody comes back to this one.
    await session.close();
  }
}

function sessionFor(request: CompletionsRequest, { caller }: Asked, room: Room): Session {
  const { model, user, said, instructions } = request;
  return room.sessions.open({
    caller,
    name: `completions ${room.newId()}`,
    by: 'aiavatar',
    user,
    persona: room.sessions.personas.includes(model) ? model : undefined,
    voice: { to: 'nobody' },
    said,
    instructions,
  });
}

class Completion {
  readonly #asked: Asked;
  readonly #request: CompletionsRequest;
  readonly #ids: CompletionsIds;
  readonly #events: EventAnswer | undefined;
  #reply = '';
  #failure: { readonly code: string; readonly message: string } | undefined;

  constructor(asked: Asked, room: Room, request: CompletionsRequest) {
    this.#asked = asked;
    this.#request = request;
    const created = Math.floor(room.clock.wallMs() / 1000);
    this.#ids = { id: `chatcmpl-${room.newId()}`, created, model: request.model };
    this.#events = request.isStreaming ? new EventAnswer(asked, room) : undefined;
  }

  async run(session: Session): Promise<void> {
    const { text, images } = this.#request;
    try {
      const tell = (news: TurnNews): void => this.#take(news);
      await askTurn({ text, images }, { session, signal: this.#asked.signal, tell });
    } catch (error) {
      if (!this.#events?.hasBegun) throw error;
      this.#failure = failureOf(error);
    }
    if (this.#events === undefined) this.#answer();
    else this.#finish(this.#events);
  }

  #take(news: TurnNews): void {
    if (news.kind === 'turn')
      this.#events?.send(completionChunk(this.#ids, { role: 'assistant', content: '' }));
    if (news.kind === 'piece' && news.piece.text !== '') {
      this.#reply += news.piece.text;
      this.#events?.send(completionChunk(this.#ids, { content: news.piece.text }));
    }
    if (news.kind === 'ended' && news.end.outcome !== 'completed')
      this.#failure = news.end.error ?? { code: 'BRIDGE_ERR_TURN_REFUSED', message: 'The turn was ended' };
  }

  #answer(): void {
    const { response } = this.#asked;
    if (this.#failure === undefined) {
      answerJson(
        response,
        200,
        completion(this.#ids, this.#reply, estimatedUsage(this.#request, this.#reply)),
      );
      return;
    }
    answerJson(response, 502, openAiError(502, this.#failure.code, this.#failure.message));
  }

  #finish(events: EventAnswer): void {
    if (this.#failure === undefined) {
      events.send(completionChunk(this.#ids, {}, 'stop'));
      if (this.#request.wantsUsage)
        events.send(usageChunk(this.#ids, estimatedUsage(this.#request, this.#reply)));
      events.send('[DONE]');
    } else {
      events.send(openAiError(502, this.#failure.code, this.#failure.message));
    }
    events.end();
  }
}
