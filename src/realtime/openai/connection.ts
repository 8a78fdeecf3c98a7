import type { WebSocket } from 'ws';
import { type ChatMessage, wholeValue } from '../../llm/index.js';
import type { Clock } from '../../runtime/index.js';
import {
  type EngineFace,
  failedFault,
  joinUrl,
  parsed,
  requireKey,
  type SocketExchange,
  stalledFault,
  VendorClient,
  type VendorPorts,
} from '../../vendor/index.js';
import type { RealtimeSettled } from '../session-settings.js';
import {
  type ClientEvent,
  createItem,
  historyItems,
  type SessionContent,
  sessionUpdate,
} from './client-event.js';
import { closedFault, reportedFault } from './realtime-faults.js';
import { readServerEvent, type ServerEvent } from './server-event.js';
import { openWebSocket, watchLife } from './socket-life.js';

export interface ConnectionOptions {
  readonly face: EngineFace;
  readonly options: RealtimeSettled;
  readonly ports: VendorPorts;
  readonly content: SessionContent;
  readonly history: readonly ChatMessage[];
  /** Ends the opening only. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ServerEvent, connection: RealtimeConnection) => void;
  /** Once, when it ends by itself. */
  readonly onLost: (error: unknown, connection: RealtimeConnection) => void;
}

/** Event ids of what is sent before there are turns. */
const UPDATE_ID = 'session.update';
export const HISTORY_ID = 'session.history';

/**
 * One WebSocket that has become a session: settings are accepted, what was said before is in it. Events arrive in order; it ends once, by
 * `close` or by `onLost`.
 */
export class RealtimeConnection {
  readonly #options: ConnectionOptions;
  readonly #client: VendorClient;
  readonly #clock: Clock;
  #socket: SocketExchange | undefined;
  #endWatch: () => void = () => {};
  #ready: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #isOpen = false;
  #isClosed = false;

  /** @throws {ProviderError} BRIDGE_ERR_LLM_*; the signal's reason. */
  static async open(options: ConnectionOptions): Promise<RealtimeConnection> {
    const connection = new RealtimeConnection(options);
    try {
      await connection.#connect();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#clock = options.ports.clock;
    const { apiKey, firstByteMs, headers } = options.options;
    const open = options.ports.openSocket ?? openWebSocket;
    this.#client = new VendorClient(
      {
        face: options.face,
        firstByteMs,
        // A session is silent between turns; while an answer is awaited the turn keeps watch.
        idleMs: Number.POSITIVE_INFINITY,
        secrets: [...(apiKey === undefined ? [] : [apiKey]), ...Object.values(headers)],
      },
      { ...options.ports, openSocket: (url, sent) => this.#watched(open(url, sent)) },
    );
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#isClosed;
  }

  /**
   * Halves of letters become U+FFFD: a server may refuse them. Does nothing when the connection has ended.
   *
   * @param eventId - comes back with the error that the event causes.
   */
  send(event: ClientEvent, eventId: string): void {
    if (this.#isClosed) return;
    const sent = { ...event, event_id: eventId };
    // Sound is base64: fifty times a second there is nothing to look for.
    const isSound = event.type === 'input_audio_buffer.append';
    this.#socket?.send(JSON.stringify(isSound ? sent : wholeValue(sent)));
  }

  fault(error: Parameters<typeof reportedFault>[2]): ReturnType<typeof reportedFault> {
    return reportedFault(this.#options.face, this.#redaction(), error);
  }

  /** Idempotent; nothing is told afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#endWatch();
    this.#socket?.close();
    this.#client.close();
  }

  async #connect(): Promise<void> {
    const { options, content, history, signal } = this.#options;
    this.#socket = await this.#client.openSocket({
      url: addressOf(options),
      headers: headersOf(options, this.#options.face),
      signal,
      privateText: content.instructions,
    });
    const accepted = this.#accepted();
    this.#read(this.#socket).catch(() => {});
    this.send(sessionUpdate(options, content), UPDATE_ID);
    for (const item of historyItems(history, options.dialect)) this.send(createItem(item), HISTORY_ID);
    await accepted;
    this.#isOpen = true;
  }

  /** Settles when the server has taken the settings, or not in time. */
  #accepted(): Promise<void> {
    const { face, options, signal } = this.#options;
    return new Promise<void>((resolve, reject) => {
      const timer = this.#clock.after(options.firstByteMs, () => {
        reject(stalledFault(face, options.firstByteMs, true));
      });
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#ready = { resolve, reject };
      if (signal.aborted) onAbort();
      this.#unready = () => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        this.#ready = undefined;
      };
    }).finally(() => this.#unready());
  }

  #unready: () => void = () => {};

  async #read(socket: SocketExchange): Promise<void> {
    const { face } = this.#options;
    try {
      for await (const { bytes, isBinary } of socket.messages(Number.POSITIVE_INFINITY)) {
        const event = isBinary ? 'garbage' : readServerEvent(parsed(new TextDecoder().decode(bytes)));
        if (event === 'garbage')
          throw failedFault(
            face,
            `expected events as JSON from ${face.place}, got something else; check baseUrl`,
          );
        if (event !== undefined) this.#take(event);
        if (this.#isClosed) return;
      }
      this.#lost(closedFault(face, this.#redaction(), socket.end));
    } catch (error) {
      this.#lost(error);
    }
  }

  #take(event: ServerEvent): void {
    const ready = this.#ready;
    if (ready !== undefined && event.type === 'sessionUpdated') ready.resolve();
    else if (ready !== undefined && event.type === 'error' && event.error.eventId !== HISTORY_ID)
      ready.reject(this.fault(event.error));
    else this.#options.onEvent(event, this);
  }

  #lost(error: unknown): void {
    if (this.#isClosed) return;
    const wasOpen = this.#isOpen;
    this.close();
    if (wasOpen) this.#options.onLost(error, this);
    else this.#ready?.reject(error);
  }

  #watched(socket: WebSocket): WebSocket {
    this.#endWatch = watchLife(socket, this.#clock);
    return socket;
  }

  #redaction(): ReturnType<VendorClient['redaction']> {
    return this.#client.redaction(this.#options.content.instructions);
  }
}

/** @source openai-node 7b7d6ca realtime/internal-base.ts buildRealtimeURL: `wss`, `/realtime` behind the base, the model as a query */
function addressOf({ baseUrl, model }: RealtimeSettled): URL {
  const base = /\/realtime\/?$/.test(baseUrl) ? baseUrl.replace(/\/realtime\/?$/, '') : baseUrl;
  const url = joinUrl(base, 'realtime', { model });
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}

/** @source openai-node realtime/ws.ts: Authorization; openai-realtime-api-beta: `OpenAI-Beta: realtime=v1` */
function headersOf(
  { apiKey, headers, dialect, baseUrl }: RealtimeSettled,
  face: EngineFace,
): Readonly<Record<string, string>> {
  const isKeyed = Object.keys(headers).some((name) => /^(authorization|api-key)$/i.test(name));
  const isVendors = /(^|\.)api\.openai\.com$/.test(new URL(baseUrl).hostname);
  const key = isKeyed || (apiKey === undefined && !isVendors) ? undefined : requireKey(face, apiKey);
  return {
    ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    ...(dialect === 'beta' ? { 'OpenAI-Beta': 'realtime=v1' } : {}),
    ...headers,
  };
}
