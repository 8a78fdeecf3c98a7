import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { Ending } from './ending.js';
import type { ExchangeOptions } from './exchange.js';
import { failedFault, statusFault, tooMuchFault, unreachableFault } from './provider-fault.js';
import { vendorWords } from './redaction.js';

/** What a vendor sent. */
export interface SocketMessage {
  readonly isBinary: boolean;
  readonly bytes: Uint8Array;
}

/** The vendor closed, or the connection broke (1006). @source RFC 6455 section 7.4 */
export interface SocketEnd {
  readonly code: number;
  /** Of the vendor; may quote. */
  readonly reason: string;
}

/** So much is held for a slow reader before the vendor is made to wait. */
const MAX_HELD_BYTES = 1024 * 1024;
const MAX_REFUSAL_BYTES = 16_384;

/** A conversation through a WebSocket, under the same watchdog as an `Exchange` and with the same endings. */
export class SocketExchange {
  readonly #socket: WebSocket;
  readonly #options: ExchangeOptions;
  readonly #ending: Ending;
  #firstMessageMs: number;
  readonly #held: SocketMessage[] = [];
  #heldBytes = 0;
  #hasMessage = false;
  #end: SocketEnd | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param connect - begins to open the socket.
   * @throws {ProviderError} for every answer that is no WebSocket.
   */
  static async open(options: ExchangeOptions, connect: () => WebSocket): Promise<SocketExchange> {
    const { face, firstByteMs, redaction, clock } = options;
    const ending = new Ending(options);
    const startedMs = clock.nowMs();
    let socket: WebSocket | undefined;
    try {
      const opened = connect();
      socket = opened;
      const exchange = new SocketExchange(opened, options, ending);
      await ending.within(firstByteMs, false, () => whenOpen(opened, options));
      exchange.#firstMessageMs = Math.max(1, firstByteMs - (clock.nowMs() - startedMs));
      return exchange;
    } catch (error) {
      const reason = ending.reasonOf(error, (cause) => unreachableFault(face, redaction, cause));
      ending.close();
      socket?.terminate();
      throw reason;
    }
  }

  private constructor(socket: WebSocket, options: ExchangeOptions, ending: Ending) {
    this.#socket = socket;
    this.#options = options;
    this.#ending = ending;
    this.#firstMessageMs = options.firstByteMs;
    // What goes wrong once it is open is told by 'close'.
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    socket.once('close', (code, reason) => {
      this.#end ??= { code, reason: reason.toString('utf8') };
      this.#wake?.();
    });
    ending.signal.addEventListener('abort', () => socket.terminate(), { once: true });
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /**
   * Messages as they arrive. Ends when the vendor closes: see `end`.
   *
   * @throws {ProviderError} STALLED, FAILED (more than `maxBytes`); the reason of the signal.
   */
  async *messages(maxBytes: number): AsyncGenerator<SocketMessage, void> {
    const { face, idleMs } = this.#options;
    let readBytes = 0;
    try {
      for (;;) {
        const limitMs = this.#hasMessage ? idleMs : this.#firstMessageMs;
        const message = this.#next() ?? (await this.#ending.within(limitMs, true, () => this.#arrival()));
        if (message === undefined) return;
        this.#hasMessage = true;
        readBytes += message.bytes.byteLength;
        if (readBytes > maxBytes) throw tooMuchFault(face, maxBytes);
        yield message;
        this.#ending.signal.throwIfAborted();
      }
    } catch (error) {
      throw this.#ending.reasonOf(error, (cause) => failedFault(face, 'the conversation failed', cause));
    } finally {
      this.close();
    }
  }

  /** How the vendor ended it; undefined while it is open, or when we did. */
  get end(): SocketEnd | undefined {
    return this.#end;
  }

  /** Lets the connection go; idempotent. */
  close(): void {
    this.#ending.close();
  }

  #take(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
    this.#held.push({ isBinary, bytes });
    this.#heldBytes += bytes.byteLength;
    if (this.#heldBytes > MAX_HELD_BYTES && !this.#socket.isPaused) this.#socket.pause();
    this.#wake?.();
  }

  #next(): SocketMessage | undefined {
    const message = this.#held.shift();
    this.#heldBytes -= message?.bytes.byteLength ?? 0;
    if (this.#socket.isPaused && this.#heldBytes < MAX_HELD_BYTES / 2) this.#socket.resume();
    return message;
  }

  /** The next message; undefined when there will be none. */
  async #arrival(): Promise<SocketMessage | undefined> {
    while (this.#held.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#next();
  }
}

function whenOpen(socket: WebSocket, options: ExchangeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request: unknown, response: IncomingMessage) => {
      refusal(response, options).then(reject, reject);
    });
  });
}

/** An answer of HTTP instead of a WebSocket. */
async function refusal(response: IncomingMessage, options: ExchangeOptions): Promise<Error> {
  const { face, redaction, clock } = options;
  const status = response.statusCode ?? 0;
  const parts: Buffer[] = [];
  let readBytes = 0;
  try {
    for await (const part of response) {
      parts.push(part as Buffer);
      readBytes += (part as Buffer).byteLength;
      if (readBytes >= MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // The status alone says enough.
  }
  if (status < 300)
    return failedFault(
      face,
      `expected a WebSocket at ${face.place}, got an answer of HTTP; check the address`,
    );
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    if (typeof value === 'string') headers.set(name, value);
  const words = vendorWords(Buffer.concat(parts).toString('utf8').slice(0, MAX_REFUSAL_BYTES));
  return statusFault({ face, status, headers, words: redaction.apply(words ?? ''), clock });
}
