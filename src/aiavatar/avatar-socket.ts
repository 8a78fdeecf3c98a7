import type { Caller } from '../access/index.js';
import { BridgeError, errorText } from '../runtime/index.js';
import { AvatarLink } from './avatar-link.js';
import { jsonLine } from './json-line.js';
import type { LiveSocket } from './live-sockets.js';
import { openSession } from './open-session.js';
import type { Room } from './ports.js';
import { readReplyWish } from './reply-audio.js';
import { type AvatarRequest, fault, readAvatarFrame } from './request.js';
import { type AvatarResponse, avatarResponse, type ResponseIds } from './response.js';

/** The client's end of a WebSocket. */
export interface Wire {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface AvatarSocketOptions {
  readonly room: Room;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  readonly userAgent: string | undefined;
  readonly wire: Wire;
  /** @throws {AccessRefusal} BRIDGE_ERR_RATE */
  readonly spendTurn: () => void;
}

const NO_SESSION = 'WebSocket disconnect: session_id is required.';
const NOBODY: ResponseIds = { sessionId: undefined, userId: undefined, contextId: undefined };

/**
 * A connection of AIAvatarKit's WebSocket protocol.
 *
 * | frame    | before `start`   | after it |
 * |----------|------------------|----------|
 * | `start`  | `connected`      | `connected`; another session_id: the former session is given up |
 * | `data`   | `error`, once    | heard    |
 * | `invoke` | `error`          | a turn, or the picture that one waits for |
 * | `config` | `error`          | set      |
 * | `stop`   | closed (1000)    | closed (1000) |
 *
 * What cannot be read, of another type or for another session is answered by `error`, and the connection lives. Without a session_id it
 * ends, as AIAvatarKit's does.
 */
export class AvatarSocket implements LiveSocket {
  readonly #options: AvatarSocketOptions;
  #link: AvatarLink | undefined;
  #offClosed: () => void = () => {};
  #isClosed = false;
  /** Sound comes sixty times a second: once it was said is enough. */
  #hasToldStray = false;

  constructor(options: AvatarSocketOptions) {
    this.#options = options;
  }

  get userId(): string | undefined {
    return this.#link?.userId;
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return this.#link?.metadata ?? {};
  }

  /** @param text - undefined: a binary frame. */
  receive(text: string | undefined): void {
    if (this.#isClosed) return;
    let request: AvatarRequest | undefined;
    try {
      if (text === undefined) throw fault('Expected text frames; sound goes as base64 in "audio_data"');
      if (this.#link?.hearText(text) === true) return;
      request = readAvatarFrame(text);
      if (request.sessionId === undefined) this.#endWithoutSession(request);
      else this.#take(request, request.sessionId);
    } catch (error) {
      this.#tellFault(error, request);
    }
  }

  /** The connection ended. */
  closed(): void {
    this.#isClosed = true;
    this.#leave(false);
  }

  displaced(): void {
    this.#leave(true);
    this.#close(1000, 'Another connection took this session over');
  }

  shutDown(): void {
    this.#leave(false);
    this.#close(1001, 'The server ends');
  }

  #take(request: AvatarRequest, sessionId: string): void {
    if (request.type === 'start') this.#start(request, sessionId);
    else if (request.type === 'stop') this.#close(1000, '');
    else if (request.type === 'data') this.#linkFor(sessionId, true)?.hear(request.audio);
    else if (request.type === 'invoke') this.#linkFor(sessionId, false)?.invoke(request);
    else if (request.type === 'config') this.#linkFor(sessionId, false)?.tune(request.metadata);
    else throw fault('Expected "type": "start", "data", "invoke", "config" or "stop"');
  }

  #start(request: AvatarRequest, sessionId: string): void {
    const { room, caller, query, userAgent, spendTurn } = this.#options;
    const wish = readReplyWish({ query, request, userAgent });
    const userId = request.userId ?? `user_${room.newId()}`;
    const { contextId: context } = request;
    const session = openSession(room, { caller, name: sessionId, user: userId, wish, context });
    this.#leave(this.#link?.session === session);
    // First: who had it before is told, and lets go of it.
    room.live.enter(session, this);
    const { audio } = wish;
    const { contextId, metadata } = request;
    const tell = (response: AvatarResponse): void => this.#tell(response);
    this.#link = new AvatarLink({
      ...{ room, session, sessionId, userId, contextId, audio, metadata, tell, spendTurn },
    });
    this.#offClosed = session.events.once('closed', (why) => this.#sessionClosed(why === 'shutdown'));
    this.#hasToldStray = false;
  }

  #sessionClosed(isShutdown: boolean): void {
    this.#leave(true);
    if (isShutdown) this.#close(1001, 'The server ends');
    else this.#close(1000, 'The session ended');
  }

  /** @throws {RequestError} BRIDGE_ERR_USAGE @returns undefined where it was said before. */
  #linkFor(sessionId: string, isStream: boolean): AvatarLink | undefined {
    if (this.#link?.sessionId === sessionId) return this.#link;
    if (isStream && this.#hasToldStray) return undefined;
    this.#hasToldStray ||= isStream;
    throw fault('Expected a frame of type "start" with this session_id first');
  }

  #endWithoutSession({ userId, contextId }: AvatarRequest): void {
    this.#tell(
      avatarResponse(
        'final',
        { sessionId: undefined, userId, contextId },
        { metadata: { error: NO_SESSION } },
      ),
    );
    this.#close(1000, 'session_id is required');
  }

  #tellFault(error: unknown, request: AvatarRequest | undefined): void {
    const isKnown = error instanceof BridgeError;
    if (!isKnown) this.#options.room.logger.error({ err: error }, 'A frame failed unexpectedly');
    const ids = this.#link ?? (request === undefined ? NOBODY : request);
    this.#tell(
      avatarResponse(
        'error',
        { sessionId: ids.sessionId, userId: ids.userId, contextId: request?.contextId },
        {
          metadata: {
            error: isKnown ? errorText(error) : 'The frame could not be taken',
            code: isKnown ? error.code : 'BRIDGE_ERR_STATE',
          },
        },
      ),
    );
  }

  #tell(response: AvatarResponse): void {
    if (!this.#isClosed) this.#options.wire.send(jsonLine(response));
  }

  #leave(isDisplaced: boolean): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#link = undefined;
    this.#offClosed();
    this.#options.room.live.leave(link.session, this);
    link.leave(isDisplaced);
  }

  #close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#leave(false);
    this.#isClosed = true;
    this.#options.wire.close(code, reason);
  }
}
