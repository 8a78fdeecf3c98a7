import type { IncomingMessage } from 'node:http';
import { type Clock, RequestError } from '../runtime/index.js';
import { HttpRefusal } from './http-answer.js';
import { UploadSpool } from './upload-spool.js';

export interface UploadOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** Gives up when nothing came for so long, milliseconds. */
  readonly idleMs: number;
  readonly clock: Clock;
}

/** The body of one request, read to its end whatever becomes of it. */
export class Upload {
  readonly #request: IncomingMessage;
  readonly #spool: UploadSpool;
  readonly #options: UploadOptions;
  readonly #received: Promise<void>;
  #isWanted = true;
  #error: unknown;

  private constructor(request: IncomingMessage, spool: UploadSpool, options: UploadOptions) {
    this.#request = request;
    this.#spool = spool;
    this.#options = options;
    this.#received = this.#receive();
  }

  /** @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  static async open(request: IncomingMessage, options: UploadOptions): Promise<Upload> {
    return new Upload(request, await UploadSpool.open(options.folder), options);
  }

  /** What came, as it comes; read once. */
  get bytes(): AsyncIterable<Uint8Array> {
    return this.#spool;
  }

  /** Why the body did not come whole, if that is known already. */
  get error(): unknown {
    return this.#error;
  }

  /** Throws the rest away as it comes, until all came or `timeoutMs` passed: browsers read no answer before that. */
  async discard(timeoutMs: number): Promise<void> {
    this.#isWanted = false;
    await this.#spool.close();
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, resolve);
      void this.#received.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** The sound was read to its end. */
  async close(): Promise<void> {
    this.#isWanted = false;
    await this.#spool.close();
  }

  async #receive(): Promise<void> {
    const { clock, idleMs } = this.#options;
    const giveUp = (): void => void this.#request.destroy(new Error(`nothing came for ${idleMs} ms`));
    let idle = clock.after(idleMs, giveUp);
    try {
      for await (const chunk of this.#request as AsyncIterable<Uint8Array>) {
        idle.cancel();
        await this.#take(chunk);
        idle = clock.after(idleMs, giveUp);
      }
      this.#spool.complete(this.#error);
    } catch (error) {
      this.#fail(
        new RequestError('BRIDGE_ERR_AUDIO_UNREADABLE', 'The upload ended before all of it came', {
          cause: error,
        }),
      );
    } finally {
      idle.cancel();
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (!this.#isWanted || this.#error !== undefined) return;
    const { maxBytes } = this.#options;
    if (this.#spool.writtenBytes + chunk.byteLength > maxBytes) {
      this.#fail(tooLarge(maxBytes));
      return;
    }
    try {
      await this.#spool.write(chunk);
    } catch (error) {
      // Closed meanwhile: nobody wants the rest.
      if (this.#isWanted) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#spool.complete(this.#error);
  }
}

export function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(
    413,
    'BRIDGE_ERR_USAGE',
    `Expected at most ${Math.round(maxBytes / 1_000_000)} MB: play longer sound with mmdagent-bridge play FILE`,
  );
}
