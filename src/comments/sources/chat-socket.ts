import { WebSocket } from 'ws';
import type { Clock, Timer } from '../../runtime/index.js';
import { Redaction } from '../../vendor/index.js';

export type OpenSocket = (url: string, headers: Readonly<Record<string, string>>) => WebSocket;

/** The longest message of a chat that is read; a longer one ends the connection. OneComme sends dozens of comments at once. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
const OPEN_MS = 10_000;

export interface ChatSocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Never told to anybody: keys, and what stands in the address behind `?`. */
  readonly secrets: readonly string[];
  readonly openSocket: OpenSocket | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** So long nothing comes before it is asked whether anybody is there; as long again for the answer. */
  readonly silenceMs: number;
  /** How it is asked. @default a ping of WebSocket */
  readonly ping?: (send: (text: string) => void) => void;
  readonly onOpen: (send: (text: string) => void) => void;
  readonly onText: (text: string, send: (text: string) => void) => void;
  readonly onBinary: () => void;
}

/**
 * One connection of WebSocket to a chat, from its opening to its end, whoever ends it.
 *
 * @returns when the server has closed it in order.
 * @throws {Error} it could not be opened, broke, fell silent, or sent too much; the reason of the signal.
 */
export function runChatSocket(options: ChatSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(options.signal.reason);
    new ChatSocket(options, resolve, reject);
  });
}

class ChatSocket {
  readonly #options: ChatSocketOptions;
  readonly #socket: WebSocket;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly #onAbort = (): void => this.#end(this.#options.signal.reason);
  #timer: Timer;
  #isAsked = false;
  #isOver = false;

  constructor(options: ChatSocketOptions, resolve: () => void, reject: (reason: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    const { openSocket = defaultSocket, url, headers, clock, signal } = options;
    this.#timer = clock.after(OPEN_MS, () => this.#fail(`no answer within ${OPEN_MS / 1000} s`));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#socket = openSocket(url, headers);
    this.#listen();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('open', () => this.#step(() => this.#options.onOpen(this.#send)));
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#step(() => this.#options.onBinary());
      // Of one frame or of many: ws gives one Buffer, as its default `nodebuffer` says.
      else this.#step(() => this.#options.onText(String(data), this.#send));
    });
    socket.on('pong', () => this.#step(() => {}));
    socket.on('ping', () => this.#step(() => {}));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', (code) => {
      // 1000 and 1001: somebody meant to. @source RFC 6455 section 7.4.1
      if (code === 1000 || code === 1001) this.#end(undefined);
      else this.#fail(`the connection broke (${code})`);
    });
  }

  /** Something came: it lives. */
  #step(run: () => void): void {
    if (this.#isOver) return;
    this.#isAsked = false;
    this.#watch();
    try {
      run();
    } catch (error) {
      this.#end(error);
    }
  }

  #watch(): void {
    const { clock, silenceMs } = this.#options;
    this.#timer.cancel();
    this.#timer = clock.after(silenceMs, () => {
      if (this.#isAsked) return this.#fail(`nothing came for ${Math.round((silenceMs * 2) / 1000)} s`);
      this.#isAsked = true;
      this.#watch();
      if (this.#options.ping === undefined) this.#socket.ping();
      else this.#options.ping(this.#send);
    });
  }

  readonly #send = (text: string): void => {
    if (!this.#isOver) this.#socket.send(text);
  };

  #fail(words: string): void {
    this.#end(new Error(new Redaction(this.#options.secrets).apply(words)));
  }

  #end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    // Closing in order waits for the other side, which may be the reason why it ends.
    this.#socket.terminate();
    if (reason === undefined) this.#resolve();
    else this.#reject(reason);
  }
}

/** What of an address is nobody's business: values behind `?`. */
export function addressSecrets(url: string): readonly string[] {
  return URL.canParse(url) ? [...new URL(url).searchParams.values()] : [];
}

function defaultSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  return new WebSocket(url, {
    headers: { ...headers },
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
}
