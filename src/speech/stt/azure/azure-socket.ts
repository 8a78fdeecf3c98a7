import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Clock, ProviderError, Timer } from '../../../runtime/index.js';
import {
  type EngineFace,
  failedFault,
  type Redaction,
  stalledFault,
  statusFault,
  truncatedFault,
  unreachableFault,
  vendorWords,
} from '../../../vendor/index.js';
import type { HttpSpeechPorts } from '../../http/ports.js';

export interface AzureSocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly face: EngineFace;
  readonly redaction: Redaction;
  readonly clock: Clock;
  readonly openSocket: HttpSpeechPorts['openSocket'];
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/** A result has a few thousand letters. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** More unread messages than any utterance gives. */
const MAX_WAITING = 1000;
const MAX_REFUSAL_BYTES = 16_384;
const NORMAL = 1000;

/**
 * One WebSocket with text messages coming in, under a watchdog; ends in exactly one way, which `open` and `next` tell.
 *
 * The watchdog counts until the connection stands and from `expectAnswer` on: as long as somebody still speaks, silence of the
 * service is no fault.
 */
export class AzureSocket {
  readonly #options: AzureSocketOptions;
  readonly #socket: WebSocket;
  readonly #messages: string[] = [];
  readonly #opened: Promise<void>;
  readonly #over: Promise<void>;
  #resolveOver = (): void => {};
  #wake = (): void => {};
  #fault: unknown;
  #isOver = false;
  #isAwaited = false;
  #timer: Timer | undefined;

  constructor(options: AzureSocketOptions) {
    this.#options = options;
    this.#over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    this.#socket = (options.openSocket ?? openSocket)(options.url, options.headers);
    this.#opened = new Promise((resolve) => this.#socket.once('open', () => resolve()));
    this.#listen();
    this.#watch(options.firstByteMs, false);
    if (options.signal.aborted) this.#onAbort();
    else options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws {ProviderError} what became of the connection instead; the reason of the signal. */
  async open(): Promise<void> {
    await Promise.race([this.#opened, this.#over]);
    this.#throwFault();
    this.#timer?.cancel();
  }

  /** Resolves when it is on its way, so that a fast source does not fill the memory. */
  async send(message: string | Uint8Array): Promise<void> {
    this.#throwFault();
    if (this.#isOver) return;
    const sent = new Promise<void>((resolve) => this.#socket.send(message, () => resolve()));
    await Promise.race([sent, this.#over]);
  }

  /** All was sent: from now on the service has `firstByteMs` for a first word and `idleMs` for each further one. */
  expectAnswer(): void {
    this.#isAwaited = true;
    if (!this.#isOver) this.#watch(this.#options.firstByteMs, false);
  }

  /** The next message; undefined: the service closed in order. @throws as `open` */
  async next(): Promise<string | undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      this.#throwFault();
      if (this.#isOver) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Idempotent. */
  close(): void {
    this.#timer?.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#isOver) return;
    this.#isOver = true;
    // Ending a connection that does not stand yet is an error to the package.
    this.#socket.on('error', () => {});
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(NORMAL);
    // A service that does not answer a close would keep the connection for half a minute.
    this.#socket.terminate();
    this.#resolveOver();
    this.#wake();
  }

  readonly #onAbort = (): void => this.#end(this.#options.signal.reason);

  #listen(): void {
    const { face, redaction } = this.#options;
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => {
      if (!isBinary) this.#take(String(data));
    });
    socket.on('unexpected-response', (_request, response) => {
      this.#refused(response).catch((error) => this.#end(unreachableFault(face, redaction, error)));
    });
    socket.on('error', (error) => this.#end(unreachableFault(face, redaction, error)));
    socket.on('close', (code, reason) => this.#end(this.#closeFault(code, String(reason))));
  }

  #take(message: string): void {
    const { face, idleMs } = this.#options;
    if (this.#isOver) return;
    if (this.#messages.length >= MAX_WAITING) {
      this.#end(failedFault(face, `expected results from ${face.place}, got a flood of messages`));
      return;
    }
    this.#messages.push(message);
    if (this.#isAwaited) this.#watch(idleMs, true);
    this.#wake();
  }

  #watch(limitMs: number, hasAnswered: boolean): void {
    const { clock, face } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(limitMs, () => this.#end(stalledFault(face, limitMs, hasAnswered)));
  }

  /** @source RFC 6455 section 7.4: 1000 and 1001 are in order, 1005 and 1006 are a connection that is simply gone */
  #closeFault(code: number, reason: string): ProviderError | undefined {
    const { face, redaction } = this.#options;
    if (code === NORMAL || code === 1001) return undefined;
    if (code === 1005 || code === 1006) return truncatedFault(face, 'the connection broke in the middle');
    const why = redaction.apply(reason) || 'no reason given';
    return failedFault(
      face,
      `${face.place} closed with ${code}: "${why}"; check the language and the options`,
    );
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const { face, redaction, clock } = this.#options;
    const parts: Buffer[] = [];
    let bytes = 0;
    for await (const part of response) {
      parts.push(part as Buffer);
      bytes += (part as Buffer).byteLength;
      if (bytes >= MAX_REFUSAL_BYTES) break;
    }
    const body = Buffer.concat(parts).subarray(0, MAX_REFUSAL_BYTES).toString('utf8');
    const headers = new Headers(
      Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const words = redaction.apply(vendorWords(body) ?? '');
    this.#end(statusFault({ face, status: response.statusCode ?? 0, headers, words, clock }));
  }

  #end(fault: unknown): void {
    if (this.#isOver) return;
    this.#fault = fault;
    this.close();
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }
}

function openSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  return new WebSocket(url, {
    headers: { ...headers },
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
  });
}
