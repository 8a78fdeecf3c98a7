import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { type EngineSound, openEngineSound, type SoundForm } from './engine-sound.js';
import { Exchange, type ExchangeOptions } from './exchange.js';
import { type HttpSpeechPorts, MAX_JSON_BYTES, MAX_SOUND_BYTES } from './ports.js';
import type { EngineFace } from './provider-fault.js';
import { Redaction } from './redaction.js';
import { SocketExchange } from './socket-exchange.js';

export interface EngineClientOptions {
  readonly face: EngineFace;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** What must never come into a message. */
  readonly secrets: readonly string[];
}

/** What one call needs besides its request. */
export interface CallContext {
  readonly signal?: AbortSignal | undefined;
  /** What is to be spoken, to keep it out of messages. */
  readonly spokenText?: string | undefined;
}

export interface EngineRequest extends CallContext {
  readonly url: string | URL;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** How an answer becomes sound. */
export interface SoundSpec extends CallContext {
  readonly form: SoundForm;
  readonly sampleRateHz: number;
}

/** Calls one vendor: every request of an engine goes through here, so all keep the same promises. */
export class EngineClient {
  readonly face: EngineFace;
  readonly #options: EngineClientOptions;
  readonly #ports: HttpSpeechPorts;
  readonly #closing = new AbortController();

  constructor(options: EngineClientOptions, ports: HttpSpeechPorts) {
    this.face = options.face;
    this.#options = options;
    this.#ports = ports;
  }

  get fetch(): typeof globalThis.fetch {
    return this.#ports.fetch ?? globalThis.fetch;
  }

  redaction(spokenText = ''): Redaction {
    return new Redaction(this.#options.secrets, spokenText);
  }

  /** Sends a request; redirects are not followed, so a key never goes where it was not meant to. */
  open(request: EngineRequest): Promise<Exchange> {
    const { url, method = 'GET', headers = {}, body } = request;
    return this.openWith(request, (signal) =>
      this.fetch(url, {
        method,
        headers: { ...headers },
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body }),
      }),
    );
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
  async json(request: EngineRequest, maxBytes = MAX_JSON_BYTES): Promise<unknown> {
    const exchange = await this.open(request);
    try {
      return await exchange.json(maxBytes);
    } finally {
      exchange.close();
    }
  }

  /** The body of an answer as sound. */
  sound(exchange: Exchange, spec: SoundSpec): Promise<EngineSound> {
    return this.soundOf(exchange.chunks(this.maxSoundBytes), spec, exchange.contentType);
  }

  /** Bytes from wherever as sound. */
  soundOf(chunks: AsyncIterable<Uint8Array>, spec: SoundSpec, contentType = ''): Promise<EngineSound> {
    return openEngineSound(chunks, {
      face: this.face,
      redaction: this.redaction(spec.spokenText),
      form: spec.form,
      sampleRateHz: spec.sampleRateHz,
      contentType,
      signal: spec.signal,
    });
  }

  get maxSoundBytes(): number {
    return this.#ports.maxSoundBytes ?? MAX_SOUND_BYTES;
  }

  #exchangeOptions({ signal, spokenText }: CallContext): ExchangeOptions {
    const { face, firstByteMs, idleMs } = this.#options;
    return {
      face,
      redaction: this.redaction(spokenText),
      clock: this.#ports.clock,
      signal,
      closing: this.#closing.signal,
      firstByteMs,
      idleMs,
    };
  }

  /** Ends everything that is under way; nothing can be opened afterwards. Idempotent. */
  close(): void {
    this.#closing.abort();
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

/** Standard base64, also without its filling; undefined when there are other letters in it. */
export function fromBase64(text: string): Uint8Array | undefined {
  const dense = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(dense)) return undefined;
  return Buffer.from(dense, 'base64');
}
