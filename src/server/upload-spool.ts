import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, RequestError } from '../runtime/index.js';

const READ_BYTES = 65_536;

/**
 * An upload on its way through a temporary file: written as fast as it comes, read as slowly as it is spoken.
 *
 * Browsers read no answer before their whole upload has been taken, so it must never wait for the avatar. The file has no
 * name any more while it is used (where the system allows it), so that a crash leaves nothing behind.
 */
export class UploadSpool implements AsyncIterable<Uint8Array> {
  readonly #file: FileHandle;
  readonly #path: string;
  #writtenBytes = 0;
  #isComplete = false;
  #error: unknown;
  #isClosed = false;
  #wake: () => void = () => {};

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  static async open(folder: string): Promise<UploadSpool> {
    const path = join(folder, `mmdagent-bridge-${randomUUID()}.upload`);
    try {
      const spool = new UploadSpool(await open(path, 'wx+', 0o600), path);
      await spool.#unlink();
      return spool;
    } catch (error) {
      throw cannotWrite(folder, error);
    }
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Adds what came; call in turn. @throws {RequestError} BRIDGE_ERR_FILE_WRITE - the disk is full. */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      let at = 0;
      while (at < chunk.byteLength) {
        const { bytesWritten } = await this.#file.write(
          chunk,
          at,
          chunk.byteLength - at,
          this.#writtenBytes + at,
        );
        at += bytesWritten;
      }
      this.#writtenBytes += at;
    } catch (error) {
      throw cannotWrite('the temporary folder', error);
    }
    this.#wake();
  }

  /** Nothing more will come. @param error - why it is not the whole of it; the reader gets it behind what came. */
  complete(error?: unknown): void {
    this.#isComplete = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    let at = 0;
    while (!this.#isClosed) {
      if (at < this.#writtenBytes) {
        const size = Math.min(READ_BYTES, this.#writtenBytes - at);
        const { bytesRead, buffer } = await this.#file.read(new Uint8Array(size), 0, size, at);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      } else if (this.#isComplete) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Idempotent; a reader that waits ends. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake();
    await this.#file.close();
    await this.#unlink();
  }

  async #unlink(): Promise<void> {
    await unlink(this.#path).catch(() => {});
  }
}

function cannotWrite(where: string, error: unknown): RequestError {
  return new RequestError(
    'BRIDGE_ERR_FILE_WRITE',
    `Expected to write the upload to ${where}: ${errorText(error)}`,
    { cause: error },
  );
}
