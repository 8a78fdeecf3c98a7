import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { type Clock, sharedAbort } from '../runtime/index.js';
import { Exchange, type ExchangeOptions } from './exchange.js';
import { MAX_JSON_BYTES, type VendorPorts } from './ports.js';
import type { EngineFace } from './provider-fault.js';
import { Redaction } from './redaction.js';
import { SocketExchange } from './socket-exchange.js';

export interface VendorClientOptions {
  readonly face: EngineFace;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** What must never come into a message. */
  readonly secrets: readonly string[];
}

/** What one call needs besides its request. */
export interface CallContext {
  readonly signal?: AbortSignal | undefined;
  /** What the vendor is given of the user's - what is to be spoken, what was said - to keep it out of messages. */
  readonly privateText?: string | readonly string[] | undefined;
}

export interface VendorRequest extends CallContext {
  readonly url: string | URL;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Calls one vendor: every request of an engine goes through here, so all keep the same promises. */
export class VendorClient {
  readonly face: EngineFace;
  readonly #options: VendorClientOptions;
  readonly #ports: VendorPorts;
  readonly #closing = sharedAbort();
  readonly #lingering = new Set<Promise<unknown>>();

  constructor(options: VendorClientOptions, ports: VendorPorts) {
    this.face = options.face;
    this.#options = options;
    this.#ports = ports;
  }

  get fetch(): typeof globalThis.fetch {
    return this.#ports.fetch ?? globalThis.fetch;
  }

  get clock(): Clock {
    return this.#ports.clock;
  }

  redaction(privateText: string | readonly string[] = []): Redaction {
    return new Redaction(this.#options.secrets, privateText);
  }

  /** Sends a request; redirects are not followed, so a key never goes where it was not meant to. */
  open(request: VendorRequest): Promise<Exchange> {
    return this.openWith(request, (signal) => this.send(request, signal));
  }

  /** The request itself, for `openWith`. */
  send({ url, method = 'GET', headers = {}, body }: VendorRequest, signal: AbortSignal): Promise<Response> {
    return this.fetch(url, {
      method,
      headers: { ...headers },
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** As `open`, for a request that a package sends. */
  openWith(context: CallContext, start: (signal: AbortSignal) => Promise<Response>): Promise<Exchange> {
    return Exchange.open(this.#exchangeOptions(context), start);
  }

  /** Opens a WebSocket; redirects are not followed either. */
  openSocket(
    context: CallContext & { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
  ): Promise<SocketExchange> {
    const { url, headers } = context;
    const connect = this.#ports.openSocket ?? defaultSocket;
    return SocketExchange.open(this.#exchangeOptions(context), () => connect(url.href, headers));
  }

  /** New random 128 bits as 32 hex digits. */
  newId(): string {
    return this.#ports.newId?.() ?? randomUUID().replaceAll('-', '');
  }

  /** Of the wall, for protocols that stamp their messages. */
  timestamp(): string {
    return new Date(this.#ports.clock.wallMs()).toISOString();
  }

  /** Sends a request and reads its answer as JSON. */
  async json(request: VendorRequest, maxBytes = MAX_JSON_BYTES): Promise<unknown> {
    const exchange = await this.open(request);
    try {
      return await exchange.json(maxBytes);
    } finally {
      exchange.close();
    }
  }

  #exchangeOptions({ signal, privateText }: CallContext): ExchangeOptions {
    const { face, firstByteMs, idleMs } = this.#options;
    return {
      face,
      redaction: this.redaction(privateText),
      clock: this.#ports.clock,
      signal,
      closing: this.#closing.signal,
      firstByteMs,
      idleMs,
    };
  }

  /** Goes on with something that nobody waits for; what becomes of it is nobody's concern. */
  linger(work: Promise<unknown>): void {
    const quiet = work.catch(() => {}).finally(() => this.#lingering.delete(quiet));
    this.#lingering.add(quiet);
  }

  /** Ends everything that is under way; nothing can be opened afterwards. Idempotent. */
  close(): void {
    this.#closing.abort();
  }

  /** As `close`; resolves when what lingered has ended as well. */
  async end(): Promise<void> {
    this.close();
    await Promise.all(this.#lingering);
  }
}

function defaultSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  return new WebSocket(url, {
    headers: { ...headers },
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: 32 * 1024 * 1024,
  });
}
