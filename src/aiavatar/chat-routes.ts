import { type Asked, type HttpEndpoint, readJson } from '../server/index.js';
import type { Session } from '../sessions/index.js';
import { askTurn, showTurn } from './ask-turn.js';
import { readSpokenBase64, readSpokenSound } from './audio-input.js';
import { EventAnswer, failureOf } from './event-answer.js';
import type { TurnNews } from './follow-turn.js';
import { openSession } from './open-session.js';
import { type Room, rateOf } from './ports.js';
import { refuseAsFastApi } from './refusals.js';
import { type ReplyWish, readReplyWish } from './reply-audio.js';
import { type AvatarRequest, fault, readAvatarRequest } from './request.js';
import { avatarResponse } from './response.js';
import { tuningOf } from './tuning.js';
import { TurnNarrator } from './turn-narrator.js';

/** Four pictures of 4 MiB, or two minutes of sound, in base64. */
export const MAX_BODY_BYTES = 24 * 1024 * 1024;

/** `POST /chat` and `POST /start`: a question as JSON, its turn as server-sent events. */
export function chatRoutes(room: Room): readonly HttpEndpoint[] {
  return [
    {
      method: 'POST',
      path: '/start',
      need: 'visitor',
      refuse: refuseAsFastApi,
      handle: (asked) => start(asked, room),
    },
    {
      method: 'POST',
      path: '/chat',
      need: 'visitor',
      costs: 'turn',
      refuse: refuseAsFastApi,
      handle: (asked) => chat(asked, room),
    },
  ];
}

async function start(asked: Asked, room: Room): Promise<void> {
  const { request, sessionId, wish } = await readAsked(asked, room);
  const userId = request.userId ?? `user_${room.newId()}`;
  openSession(room, { caller: asked.caller, name: sessionId, user: userId, wish });
  const answer = new EventAnswer(asked, room);
  answer.send(avatarResponse('connected', { sessionId, userId, contextId: request.contextId }));
  answer.end();
}

async function chat(asked: Asked, room: Room): Promise<void> {
  const { request, sessionId, wish } = await readAsked(asked, room);
  const { userId, contextId } = request;
  const session = openSession(room, { caller: asked.caller, name: sessionId, user: userId, wish });
  const tuning = tuningOf(request.metadata);
  if (tuning !== undefined) session.tune(tuning);
  const answer = new EventAnswer(asked, room);
  const sampleRateHz = rateOf(session);
  const narrator = new TurnNarrator({
    ids: { sessionId, userId, contextId },
    audio: wish.audio,
    sampleRateHz,
  });
  // Who holds a session is asked for pictures.
  const letGo = session.hold();
  try {
    await new Chat({ asked, room, request, session, answer, narrator }).run();
  } catch (error) {
    // Until the first event there is a status to tell it by.
    if (!answer.hasBegun) throw error;
    answer.send(narrator.failed(failureOf(error)));
  } finally {
    room.pictures.whenNoneIsAwaited(session, letGo);
  }
  answer.end();
}

interface ChatParts {
  readonly asked: Asked;
  readonly room: Room;
  readonly request: AvatarRequest;
  readonly session: Session;
  readonly answer: EventAnswer;
  readonly narrator: TurnNarrator;
}

/** One request of `/chat`. */
class Chat {
  readonly #parts: ChatParts;

  constructor(parts: ChatParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { asked, room, request, session, answer, narrator } = this.#parts;
    const typed = (request.text ?? '').trim();
    const { files, waitsInQueue, contextId: context, metadata, parameters } = request;
    const tell = (news: TurnNews): void => this.#tell(news);
    const options = { session, signal: asked.signal, tell, clock: room.clock };
    const picture = room.pictures.answeredBy(session, { text: typed, files, waitsInQueue });
    const images = files.map(({ url }) => url);
    if (picture !== undefined) {
      const shown = { ...picture, image: images[0] ?? '' };
      const missed = room.pictures.takeMissed(session);
      const onShown = (): void => {
        answer.send(narrator.shown(typed, session.context));
        for (const piece of missed) tell({ kind: 'piece', piece });
      };
      await showTurn(shown, { ...options, onShown });
      return;
    }
    const text = typed === '' && request.audio !== undefined ? await this.#understood(request.audio) : typed;
    if (text === '' && images.length === 0) {
      if (request.audio === undefined) throw fault('Expected "text", "audio_data" or "files"');
      answer.send(narrator.canceled());
      return;
    }
    const ifBusy = waitsInQueue ? 'queue' : 'interrupt';
    await askTurn({ text, images, context, metadata, parameters, ifBusy }, options);
  }

  #tell(news: TurnNews): void {
    if (news.kind === 'vision') this.#parts.room.pictures.unfollow(this.#parts.session);
    for (const response of this.#parts.narrator.tell(news)) this.#parts.answer.send(response);
  }

  async #understood(audio: string): Promise<string> {
    const { asked, room } = this.#parts;
    const pcm = await readSpokenSound(readSpokenBase64(audio), asked.signal);
    return (await room.sessions.transcribe(pcm, { caller: asked.caller, signal: asked.signal })).trim();
  }
}

/** @throws {HttpRefusal} 400, 413; {RequestError} BRIDGE_ERR_USAGE */
async function readAsked(
  asked: Asked,
  { clock }: Room,
): Promise<{ readonly request: AvatarRequest; readonly sessionId: string; readonly wish: ReplyWish }> {
  const request = readAvatarRequest(await readJson(asked, { maxBytes: MAX_BODY_BYTES, clock }));
  const { sessionId } = request;
  if (sessionId === undefined) throw fault('session_id is required.');
  const wish = readReplyWish({
    query: asked.query,
    request,
    userAgent: asked.request.headers['user-agent'],
  });
  return { request, sessionId, wish };
}
