import { type Clock, ProviderError } from '../runtime/index.js';
import { Ending } from './ending.js';
import {
  type EngineFace,
  failedFault,
  requestIdIn,
  statusFault,
  tooMuchFault,
  truncatedFault,
  unreachableFault,
} from './provider-fault.js';
import { type Redaction, vendorWords } from './redaction.js';

/** How much of a refusal is read to find the vendor's sentence. */
const MAX_REFUSAL_BYTES = 16_384;

export interface ExchangeOptions {
  readonly face: EngineFace;
  readonly redaction: Redaction;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Ends it as well: who owns the engine closes it. */
  readonly closing?: AbortSignal | undefined;
  /** From the request to the first byte of the answer's body. */
  readonly firstByteMs: number;
  /** Between two pieces of the body, while somebody waits for them. */
  readonly idleMs: number;
}

/**
 * One request and its answer, under a watchdog.
 *
 * Ends in exactly one way: read to the end, closed, aborted by the caller's signal, or with a `ProviderError`; in each the
 * connection is let go. The watchdog runs only while the answer is waited for, so a slow reader is never the vendor's fault.
 */
export class Exchange {
  readonly headers: Headers;
  readonly #response: Response;
  readonly #options: ExchangeOptions;
  readonly #ending: Ending;
  #hasBody = false;

  /**
   * @param start - sends the request; given the signal that ends it.
   * @throws {ProviderError} for every answer that is no success.
   */
  static async open(
    options: ExchangeOptions,
    start: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Exchange> {
    const { clock, face, firstByteMs, redaction } = options;
    const ending = new Ending(options);
    const startedMs = clock.nowMs();
    try {
      const response = await ending.within(firstByteMs, false, () => start(ending.signal));
      const leftMs = Math.max(1, firstByteMs - (clock.nowMs() - startedMs));
      const exchange = new Exchange(response, options, ending, leftMs);
      if (response.ok) return exchange;
      throw await exchange.#refusal();
    } catch (error) {
      // A status says more than the silence in which its explanation may have ended.
      if (error instanceof ProviderError && error.status !== undefined && !ending.isAborted) throw error;
      const reason = ending.reasonOf(error, (cause) => unreachableFault(face, redaction, cause));
      ending.close();
      throw reason;
    }
  }

  readonly #firstChunkMs: number;

  private constructor(response: Response, options: ExchangeOptions, ending: Ending, firstChunkMs: number) {
    this.headers = response.headers;
    this.#response = response;
    this.#options = options;
    this.#ending = ending;
    this.#firstChunkMs = firstChunkMs;
  }

  /** Media type in lower case without parameters; empty when there is none. */
  get contentType(): string {
    return (this.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  }

  get requestId(): string | undefined {
    return requestIdIn(this.headers);
  }

  /** The body as it arrives, once. @throws {ProviderError} TRUNCATED, STALLED, FAILED (more than `maxBytes`) */
  async *chunks(maxBytes: number): AsyncGenerator<Uint8Array, void> {
    const { face, idleMs } = this.#options;
    const reader = this.#response.body?.getReader();
    if (reader === undefined) {
      this.close();
      return;
    }
    let readBytes = 0;
    try {
      for (;;) {
        const limitMs = this.#hasBody ? idleMs : this.#firstChunkMs;
        const next = await this.#ending.within(limitMs, true, () => reader.read());
        if (next.done) return;
        this.#hasBody = true;
        readBytes += next.value.byteLength;
        if (readBytes > maxBytes) throw tooMuchFault(face, maxBytes);
        if (next.value.byteLength > 0) yield next.value;
      }
    } catch (error) {
      throw this.#ending.reasonOf(error, () => truncatedFault(face, 'the connection broke in the middle'));
    } finally {
      this.close();
    }
  }

  /** The whole body. */
  async bytes(maxBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const chunk of this.chunks(maxBytes)) parts.push(chunk);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** The whole body as JSON. @throws {ProviderError} FAILED - it is none. */
  async json(maxBytes: number): Promise<unknown> {
    const text = new TextDecoder().decode(await this.bytes(maxBytes));
    try {
      return JSON.parse(text);
    } catch {
      const { face } = this.#options;
      throw failedFault(face, `expected JSON from ${face.place}, got ${this.#insteadOfJson(text)}`);
    }
  }

  #insteadOfJson(text: string): string {
    if (text.trim() === '') return 'nothing; check the address';
    // Says that it is some, and was cut or is broken.
    if (/\bjson$/.test(this.contentType)) return 'some that is broken; try again';
    return `${this.contentType || 'something else'}; check the address`;
  }

  /** Lets the connection go; idempotent. What is being read ends. */
  close(): void {
    this.#ending.close();
  }

  async #refusal(): Promise<ProviderError> {
    const { face, redaction, clock } = this.#options;
    const parts: Uint8Array[] = [];
    let readBytes = 0;
    try {
      for await (const chunk of this.chunks(Number.POSITIVE_INFINITY)) {
        parts.push(chunk);
        readBytes += chunk.byteLength;
        if (readBytes >= MAX_REFUSAL_BYTES) break;
      }
    } catch (error) {
      // The status alone says enough when its explanation does not arrive; an abort stays one.
      if (!(error instanceof ProviderError)) throw error;
    }
    const words = vendorWords(new TextDecoder().decode(Buffer.concat(parts).subarray(0, MAX_REFUSAL_BYTES)));
    return statusFault({
      face,
      status: this.#response.status,
      headers: this.headers,
      words: redaction.apply(words ?? ''),
      clock,
    });
  }
}
