import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { WAV_HEADER_BYTES, wavHeader } from '../audio/index.js';
import { errorText, RequestError } from '../runtime/index.js';

/** The size fields have 32 bits. */
const MAX_DATA_BYTES = 4_294_967_000;

/** Writes s16le mono sound to a WAV file, which appears under its name only when it is whole. */
export class WavWriter {
  readonly path: string;
  readonly #part: string;
  readonly #file: FileHandle;
  readonly #sampleRateHz: number;
  #dataBytes = 0;

  /** @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  static async create(path: string, sampleRateHz: number): Promise<WavWriter> {
    try {
      const part = `${path}.part`;
      const file = await open(part, 'w');
      const writer = new WavWriter(path, part, file, sampleRateHz);
      await file.write(writer.#header());
      return writer;
    } catch (error) {
      throw writeError(path, error);
    }
  }

  private constructor(path: string, part: string, file: FileHandle, sampleRateHz: number) {
    this.path = path;
    this.#part = part;
    this.#file = file;
    this.#sampleRateHz = sampleRateHz;
  }

  get durationMs(): number {
    return (this.#dataBytes * 500) / this.#sampleRateHz;
  }

  /** @param pcm - whole samples. @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  async write(pcm: Uint8Array): Promise<void> {
    if (this.#dataBytes + pcm.byteLength > MAX_DATA_BYTES)
      throw writeError(this.path, new Error('a WAV file holds no more than 4 GB'));
    try {
      await this.#file.write(pcm);
    } catch (error) {
      throw writeError(this.path, error);
    }
    this.#dataBytes += pcm.byteLength;
  }

  /** Puts the length into the header and the file under its name. @throws {RequestError} BRIDGE_ERR_FILE_WRITE */
  async finish(): Promise<void> {
    try {
      await this.#file.write(this.#header(), 0, WAV_HEADER_BYTES, 0);
      await this.#file.close();
      await rename(this.#part, this.path);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => {});
    await unlink(this.#part).catch(() => {});
  }

  #header(): Uint8Array {
    return wavHeader(this.#dataBytes, this.#sampleRateHz);
  }
}

export function writeError(path: string, error: unknown): RequestError {
  return new RequestError(
    'BRIDGE_ERR_FILE_WRITE',
    `${path}: cannot be written: ${errorText(error)}; check that the folder exists and has free space`,
    { cause: error },
  );
}
