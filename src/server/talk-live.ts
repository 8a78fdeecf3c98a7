import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../runtime/index.js';
import { HttpRefusal } from './http-answer.js';
import { endWhenDead } from './keep-alive.js';
import { targetOf } from './play-target.js';
import { newSession, sessionOf } from './talk-cookie.js';
import type { TalkEvent, TalkerPort, TalkPlace } from './talk-port.js';

const MAX_WATCHERS = 64;
/** Nothing is expected of a watcher. */
const MAX_PAYLOAD_BYTES = 1024;
/** A reader that is this far behind comes back and is told how things stand. */
const GIVE_UP_BYTES = 4 * 1024 * 1024;

/** What is told of the watcher itself, before everything else. */
export interface TalkWatching {
  readonly event: 'watching';
  /** It has a session from now on: other tabs of this browser, which have another or none, should come back. */
  readonly isNew: boolean;
}

/**
 * The conversations of pages as they happen, whoever begins a turn: a WebSocket on which only the server speaks, JSON objects of
 * `TalkEvent`, the first of which after `watching` is `state`.
 *
 * Not in the control protocol, which is the daemon's: it knows nothing of conversations. Not in answers of HTTP, of which a browser
 * holds six for all its tabs.
 */
export class TalkLive {
  readonly #talker: TalkerPort;
  readonly #clock: Clock;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: false,
  });
  readonly #cookies = new WeakMap<IncomingMessage, string>();

  constructor(talker: TalkerPort, clock: Clock) {
    this.#talker = talker;
    this.#clock = clock;
    this.#sockets.on('headers', (headers, request) => {
      const cookie = this.#cookies.get(request);
      if (cookie !== undefined) headers.push(`Set-Cookie: ${cookie}`);
    });
  }

  /** @throws {HttpRefusal} 400, 503 */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, query: URLSearchParams): void {
    const { lane } = targetOf(query);
    if (this.#sockets.clients.size >= MAX_WATCHERS)
      throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', 'Too many pages are open');
    const known = sessionOf(request, (one) => this.#talker.knows(one));
    const session = known ?? this.#begin(request);
    this.#sockets.handleUpgrade(request, socket, head, (browser) => {
      send(browser, { event: 'watching', isNew: known === undefined });
      this.#serve(browser, { session, lane });
    });
  }

  close(): void {
    for (const browser of this.#sockets.clients) browser.terminate();
  }

  #begin(request: IncomingMessage): string {
    const { session, cookie } = newSession(request);
    this.#cookies.set(request, cookie);
    return session;
  }

  #serve(browser: WebSocket, place: TalkPlace): void {
    const leave = this.#talker.watch(place, (event) => send(browser, event));
    const unwatch = endWhenDead(browser, this.#clock);
    // `close` follows.
    browser.on('error', () => {});
    browser.on('close', () => {
      leave();
      unwatch();
    });
  }
}

function send(browser: WebSocket, event: TalkEvent | TalkWatching): boolean {
  if (browser.readyState !== browser.OPEN) return false;
  if (browser.bufferedAmount > GIVE_UP_BYTES) {
    browser.terminate();
    return false;
  }
  browser.send(JSON.stringify(event));
  return true;
}
