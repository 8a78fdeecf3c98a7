import { MonoResampler, OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import { REALTIME_BYTES_PER_MS, REALTIME_SAMPLE_RATE_HZ } from './realtime.js';

/** A server refuses to commit less. @source error input_audio_buffer_commit_empty: "Expected at least 100ms of audio" */
const MIN_COMMIT_MS = 100;

/** The user's sound on its way up: s16le mono 16 kHz to 24 kHz, sample by sample in step. For one utterance. */
export class UpwardSound {
  readonly #resampler: MonoResampler;
  #half: number | undefined;
  #sentBytes = 0;

  static async create(): Promise<UpwardSound> {
    return new UpwardSound(await MonoResampler.create(OUTPUT_SAMPLE_RATE_HZ, REALTIME_SAMPLE_RATE_HZ));
  }

  /** Loads what the first one would have to wait for. */
  static async warmUp(): Promise<void> {
    (await UpwardSound.create()).free();
  }

  private constructor(resampler: MonoResampler) {
    this.#resampler = resampler;
  }

  /** @param pcm - s16le mono 16 kHz, cut anywhere. @returns s16le mono 24 kHz; may be empty. */
  push(pcm: Uint8Array): Uint8Array {
    return this.#counted(this.#resampler.push(this.#samples(pcm)));
  }

  /** The rest, and silence up to what a server takes; empty when nothing was said at all. Call once. */
  end(): Uint8Array {
    const rest = this.#counted(this.#resampler.end());
    if (this.#sentBytes === 0) return rest;
    const missingBytes = Math.max(0, MIN_COMMIT_MS * REALTIME_BYTES_PER_MS - this.#sentBytes);
    const whole = new Uint8Array(rest.byteLength + missingBytes);
    whole.set(rest);
    return whole;
  }

  /** Idempotent. */
  free(): void {
    this.#resampler.free();
  }

  #samples(pcm: Uint8Array): Float32Array {
    const half = this.#half;
    const bytes = half === undefined ? pcm : Uint8Array.of(half, ...pcm);
    const count = bytes.byteLength >> 1;
    this.#half = bytes.byteLength % 2 === 1 ? bytes[bytes.byteLength - 1] : undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: count }, (_, at) => view.getInt16(at * 2, true) / 32_768);
  }

  #counted(samples: Float32Array): Uint8Array {
    const pcm = new Uint8Array(samples.length * 2);
    const view = new DataView(pcm.buffer);
    for (const [at, sample] of samples.entries())
      view.setInt16(at * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true);
    this.#sentBytes += pcm.byteLength;
    return pcm;
  }
}
