import { MonoResampler, OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';

const NOTHING = new Uint8Array(0);
/** So much sound has been converted when V8 has made fast what converts it. */
const WARM_SAMPLES = 16_000;
let warmed: Promise<void> | undefined;

/**
 * An engine's sound at another rate, for MMDAgent-EX 16 000 Hz: s16le mono in and out, in step. Half a sample waits for its other
 * half; where the rate is the same not a bit changes.
 */
export class VoiceConverter {
  readonly #resampler: MonoResampler | undefined;
  #oddByte: number | undefined;

  /** @param sampleRateHz - 4 000 – 384 000. @param outputHz - @default 16000 */
  static async create(
    sampleRateHz: number,
    outputHz: number = OUTPUT_SAMPLE_RATE_HZ,
  ): Promise<VoiceConverter> {
    if (sampleRateHz === outputHz) return new VoiceConverter(undefined);
    return new VoiceConverter(await MonoResampler.create(sampleRateHz, outputHz));
  }

  /** Loads what the first sound would have to wait for, and converts silence until that is fast: once. Never rejects. */
  static warmUp(): Promise<void> {
    warmed ??= VoiceConverter.#rehearse().catch(() => {
      warmed = undefined;
    });
    return warmed;
  }

  static async #rehearse(): Promise<void> {
    const converter = await VoiceConverter.create(2 * OUTPUT_SAMPLE_RATE_HZ);
    converter.push(new Uint8Array(2 * WARM_SAMPLES));
    converter.end();
    converter.free();
  }

  private constructor(resampler: MonoResampler | undefined) {
    this.#resampler = resampler;
  }

  /** @returns Whole samples; maybe the array that was given. */
  push(pcm: Uint8Array): Uint8Array {
    const whole = this.#whole(pcm);
    if (this.#resampler === undefined || whole.byteLength === 0) return whole;
    return toBytes(this.#resampler.push(toFloats(whole)));
  }

  /** The rest of the sound; half a sample at its end is left out. Once. */
  end(): Uint8Array {
    return this.#resampler === undefined ? NOTHING : toBytes(this.#resampler.end());
  }

  /** Idempotent. */
  free(): void {
    this.#resampler?.free();
  }

  #whole(pcm: Uint8Array): Uint8Array {
    const carried = this.#oddByte;
    if (carried === undefined && pcm.byteLength % 2 === 0) return pcm;
    const joined = new Uint8Array(pcm.byteLength + (carried === undefined ? 0 : 1));
    joined.set(pcm, joined.byteLength - pcm.byteLength);
    if (carried !== undefined) joined[0] = carried;
    const isOdd = joined.byteLength % 2 !== 0;
    this.#oddByte = isOdd ? joined[joined.byteLength - 1] : undefined;
    return joined.subarray(0, joined.byteLength - (isOdd ? 1 : 0));
  }
}

function toFloats(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  const samples = new Float32Array(pcm.byteLength >> 1);
  for (let index = 0; index < samples.length; index++)
    samples[index] = view.getInt16(index * 2, true) / 32_768;
  return samples;
}

function toBytes(samples: Float32Array): Uint8Array {
  const pcm = new Uint8Array(samples.length * 2);
  const view = new DataView(pcm.buffer);
  for (const [index, sample] of samples.entries()) {
    const value = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
    view.setInt16(index * 2, value, true);
  }
  return pcm;
}
