import type { WavFileWriter } from 'wav';
import { errorText, InvalidStateError, RequestError } from '../runtime/index.js';
import { OUTPUT_SAMPLE_RATE_HZ } from './pcm.js';

export interface SoundRecorderOptions {
  /** Bytes that may wait for the disk; 2 MiB are 65 s. @default 2097152 */
  readonly maxBufferedBytes?: number | undefined;
}

const DEFAULT_MAX_BUFFERED_BYTES = 2_097_152;
const HEADER_BYTES = 44;
/** The size fields of a WAV header have 32 bits: 37 hours of sound. */
const MAX_DATA_BYTES = 4_294_967_000;

/**
 * Records s16le mono 16 000 Hz to a WAV file.
 *
 * `write` never waits and never throws for the disk's sake, because it is called from pacing loops: a block that
 * finds the buffer full, or comes after a failure or after 37 hours, is dropped and counted (policy
 * `drop-newest`). The header holds the true length once `close` has resolved; until then, and after a crash,
 * it says "as long as the file". A failure is kept and thrown by `close`.
 */
export class SoundRecorder {
  readonly path: string;
  readonly #writer: WavFileWriter;
  readonly #maxBufferedBytes: number;
  #writtenBytes = 0;
  #droppedSamples = 0;
  #failure: RequestError | undefined;
  #closed: Promise<void> | undefined;
  #onFailure: () => void = () => {};

  /**
   * Creates the file, replacing one that is there. The directory must exist.
   *
   * @throws {RequestError} BRIDGE_ERR_FILE_WRITE.
   */
  static async create(path: string, options: SoundRecorderOptions = {}): Promise<SoundRecorder> {
    const { default: wav } = await import('wav');
    const writer = new wav.FileWriter(path, { sampleRate: OUTPUT_SAMPLE_RATE_HZ, channels: 1, bitDepth: 16 });
    const recorder = new SoundRecorder(path, writer, options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES);
    await new Promise<void>((resolve, reject) => {
      writer.file.once('open', () => resolve());
      recorder.#onFailure = () => reject(recorder.#failure);
    });
    recorder.#onFailure = () => {};
    return recorder;
  }

  private constructor(path: string, writer: WavFileWriter, maxBufferedBytes: number) {
    this.path = path;
    this.#writer = writer;
    this.#maxBufferedBytes = maxBufferedBytes;
    const fail = (error: unknown): void => {
      this.#failure ??= writeError(path, error);
      this.#onFailure();
    };
    writer.on('error', fail);
    writer.file.on('error', fail);
  }

  /** Samples that were not recorded. */
  get droppedSamples(): number {
    return this.#droppedSamples;
  }

  /** Why nothing more is recorded, or undefined while all is well. */
  get failure(): RequestError | undefined {
    return this.#failure;
  }

  /**
   * @param pcm - s16le mono 16 000 Hz, whole samples, any length; copied.
   * @returns false when the block was dropped.
   * @throws {InvalidStateError} after `close`, or for an odd number of bytes.
   */
  write(pcm: Uint8Array): boolean {
    if (this.#closed !== undefined) throw new InvalidStateError('The recorder is closed');
    if (pcm.byteLength % 2 !== 0)
      throw new InvalidStateError(`Samples have two bytes, got ${pcm.byteLength}`);
    // The package's streams are too old to tell what they hold: what went in, less what the file took.
    const waitingBytes = this.#writtenBytes + HEADER_BYTES - this.#writer.file.bytesWritten;
    const isTooMuch = waitingBytes + pcm.byteLength > this.#maxBufferedBytes;
    if (this.#failure !== undefined || isTooMuch || this.#writtenBytes + pcm.byteLength > MAX_DATA_BYTES) {
      this.#droppedSamples += pcm.byteLength / 2;
      return false;
    }
    this.#writtenBytes += pcm.byteLength;
    this.#writer.write(Buffer.from(pcm));
    return true;
  }

  /**
   * Writes what waits, then the header with the true length. Idempotent: every call gives the same promise.
   *
   * @throws {RequestError} BRIDGE_ERR_FILE_WRITE - now or at any earlier block.
   */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    if (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#onFailure = resolve;
        let leftEvents = 2;
        const done = (): void => {
          if (--leftEvents === 0) resolve();
        };
        // The package rewrites the header through a second handle, so both ends must be waited for.
        this.#writer.once('done', done);
        this.#writer.file.once('close', done);
        this.#writer.end();
      });
    }
    if (this.#failure === undefined) return;
    this.#writer.unpipe();
    this.#writer.file.destroy();
    throw this.#failure;
  }
}

function writeError(path: string, cause: unknown): RequestError {
  const advice = 'check that the folder exists, may be written to and has free space';
  return new RequestError(
    'BRIDGE_ERR_FILE_WRITE',
    `${path}: cannot be recorded to: ${errorText(cause)}; ${advice}`,
    { cause },
  );
}
