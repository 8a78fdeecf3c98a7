import { type FileHandle, open } from 'node:fs/promises';
import { errorText, RequestError } from '../runtime/index.js';
import { SAMPLE_RATE_HZ } from './sound-player.js';

export interface WavTapOptions {
  readonly path: string;
  /** Clock time of the file's first sample. */
  readonly startAtMs: number;
  /** Longest file; what comes later is left out. @default 3600000 (an hour, 115 MB) */
  readonly maxMs?: number;
}

const HEADER_BYTES = 44;
/** Sound is held back this long, so that blocks of overlapping sounds can be mixed. */
const WINDOW_SAMPLES = SAMPLE_RATE_HZ;
/** Blocks this close to the end of the last one continue it without a seam (a skewed clock moves less). */
const SEAM_SAMPLES = 4;

/**
 * Writes what was heard to a 16 kHz mono WAV file in real time, silence included: sample n is the instant start + n/16 ms.
 *
 * Memory is bounded by one second of sound and the writes under way. The header is right only after `close`.
 */
export class WavTap {
  readonly #file: FileHandle;
  readonly #startAtMs: number;
  readonly #maxSamples: number;
  readonly #window = new Int16Array(2 * WINDOW_SAMPLES);
  #windowAt = 0;
  #endSample = 0;
  #writes: Promise<void> = Promise.resolve();
  #failure: RequestError | undefined;
  #isClosed = false;

  private constructor(file: FileHandle, options: WavTapOptions) {
    this.#file = file;
    this.#startAtMs = options.startAtMs;
    this.#maxSamples = Math.floor(((options.maxMs ?? 3_600_000) * SAMPLE_RATE_HZ) / 1000);
  }

  /** @throws {RequestError} BRIDGE_ERR_FILE_WRITE — the file cannot be created. */
  static async open(options: WavTapOptions): Promise<WavTap> {
    try {
      const file = await open(options.path, 'w');
      await file.write(wavHeader(0), 0, HEADER_BYTES, 0);
      return new WavTap(file, options);
    } catch (error) {
      throw writeError(error);
    }
  }

  /** Mixes a block in at its time. Blocks may overlap, but not lie more than a second before the latest one. */
  write(pcm: Int16Array, atMs: number): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    let at = Math.round(((atMs - this.#startAtMs) * SAMPLE_RATE_HZ) / 1000);
    if (Math.abs(at - this.#endSample) <= SEAM_SAMPLES) at = this.#endSample;
    if (at < this.#windowAt || at + pcm.length > this.#maxSamples) return;
    if (at + pcm.length - this.#windowAt > this.#window.length) this.#flush(at + pcm.length - WINDOW_SAMPLES);
    const base = at - this.#windowAt;
    for (let index = 0; index < pcm.length; index++) {
      const sum = (this.#window[base + index] ?? 0) + (pcm[index] ?? 0);
      this.#window[base + index] = Math.max(-32_768, Math.min(32_767, sum));
    }
    this.#endSample = Math.max(this.#endSample, at + pcm.length);
  }

  /**
   * Writes the rest and the header; idempotent.
   * @throws {RequestError} BRIDGE_ERR_FILE_WRITE — some write failed; the file is incomplete.
   */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      const rest = this.#window.slice(0, Math.max(0, this.#endSample - this.#windowAt));
      this.#append(rest, this.#windowAt);
      const header = wavHeader(this.#endSample);
      this.#writes = this.#writes
        .then(() => this.#file.write(header, 0, HEADER_BYTES, 0))
        .catch((error: unknown) => this.#fail(error))
        .then(() => this.#file.close());
    }
    await this.#writes;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Moves the window so that it begins at sample `until`; long silence is left to the file system as a hole. */
  #flush(until: number): void {
    const held = Math.min(this.#window.length, Math.max(0, this.#endSample - this.#windowAt));
    const moved = until - this.#windowAt;
    this.#append(this.#window.slice(0, Math.min(moved, held)), this.#windowAt);
    if (moved < this.#window.length) this.#window.copyWithin(0, moved);
    this.#window.fill(0, Math.max(0, this.#window.length - moved));
    this.#windowAt = until;
  }

  #append(samples: Int16Array, atSample: number): void {
    if (samples.length === 0) return;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    this.#writes = this.#writes
      .then(async () => {
        await this.#file.write(bytes, 0, bytes.length, HEADER_BYTES + 2 * atSample);
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= writeError(error);
  }
}

function writeError(error: unknown): RequestError {
  return new RequestError(
    'BRIDGE_ERR_FILE_WRITE',
    `The recording could not be written: ${errorText(error)}`,
    { cause: error },
  );
}

function wavHeader(samples: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
  put('RIFF', 0);
  view.setUint32(4, 36 + samples * 2, true);
  put('WAVEfmt ', 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  put('data', 36);
  view.setUint32(40, samples * 2, true);
  return header;
}
