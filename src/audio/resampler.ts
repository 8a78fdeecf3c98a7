import { InvalidStateError } from '../runtime/index.js';
import { OUTPUT_SAMPLE_RATE_HZ } from './pcm.js';

/** Speex quality 7: flat to 7 kHz, aliases below -100 dB, over 90 times real time even from 44.1 kHz. */
const QUALITY = 7;
/** Samples handed to the library at once; fixes the size of its buffers. */
const SLICE_SAMPLES = 4_096;

let loading: Promise<SpeexResamplerModule> | undefined;

/**
 * Mono resampler, for one stream.
 *
 * The start delay of the filter is removed and its tail is flushed, so n samples in give exactly
 * round(n * outputHz / rate) out, in step with the input. How the input is cut into blocks changes no bit.
 * The wasm module is loaded with the first instance and shared; `free` must be called once per instance.
 */
export class MonoResampler {
  readonly #module: SpeexResamplerModule;
  readonly #sampleRateHz: number;
  readonly #outputHz: number;
  readonly #state: number;
  readonly #inPointer: number;
  readonly #outPointer: number;
  readonly #lengthsPointer: number;
  readonly #outCapacity: number;
  #isFreed = false;
  #samplesIn = 0;
  #samplesOut = 0;

  /**
   * @param sampleRateHz - Rate of the input, 4 000 – 384 000.
   * @param outputHz - Rate of the output, of the same range. @default 16000
   */
  static async create(
    sampleRateHz: number,
    outputHz: number = OUTPUT_SAMPLE_RATE_HZ,
  ): Promise<MonoResampler> {
    loading ??= loadSpeex();
    return new MonoResampler(await loading, sampleRateHz, outputHz);
  }

  private constructor(module: SpeexResamplerModule, sampleRateHz: number, outputHz: number) {
    this.#module = module;
    this.#sampleRateHz = sampleRateHz;
    this.#outputHz = outputHz;
    this.#outCapacity = Math.ceil((SLICE_SAMPLES * outputHz) / sampleRateHz) + 16;
    this.#lengthsPointer = module._malloc(8);
    this.#inPointer = module._malloc(SLICE_SAMPLES * 4);
    this.#outPointer = module._malloc(this.#outCapacity * 4);
    this.#state = module._speex_resampler_init(1, sampleRateHz, outputHz, QUALITY, this.#lengthsPointer);
    if (this.#state === 0) throw new InvalidStateError(`No resampler from ${sampleRateHz} to ${outputHz} Hz`);
    module._speex_resampler_skip_zeros(this.#state);
  }

  /** @returns New array; empty while the filter fills. */
  push(samples: Float32Array): Float32Array {
    this.#samplesIn += samples.length;
    return this.#run(samples);
  }

  /** The rest of the sound; call once, after the last `push`. */
  end(): Float32Array {
    const wanted = Math.round((this.#samplesIn * this.#outputHz) / this.#sampleRateHz) - this.#samplesOut;
    const tail = new Float32Array(Math.max(0, wanted));
    const silence = new Float32Array(this.#module._speex_resampler_get_input_latency(this.#state) + 16);
    let filled = 0;
    while (filled < tail.length) {
      const piece = this.#run(silence).subarray(0, tail.length - filled);
      tail.set(piece, filled);
      filled += piece.length;
    }
    return tail;
  }

  /** Gives the memory back; idempotent. */
  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#module._speex_resampler_destroy(this.#state);
    for (const pointer of [this.#inPointer, this.#outPointer, this.#lengthsPointer])
      this.#module._free(pointer);
  }

  #run(samples: Float32Array): Float32Array {
    if (this.#isFreed) throw new InvalidStateError('The resampler was freed');
    const out = new Float32Array(Math.ceil((samples.length * this.#outputHz) / this.#sampleRateHz) + 64);
    let taken = 0;
    let made = 0;
    while (taken < samples.length) {
      const slice = samples.subarray(taken, taken + SLICE_SAMPLES);
      const { inCount, outCount } = this.#process(slice);
      out.set(this.#module.HEAPF32.subarray(this.#outPointer / 4, this.#outPointer / 4 + outCount), made);
      made += outCount;
      taken += inCount;
    }
    this.#samplesOut += made;
    return out.subarray(0, made);
  }

  /** The heap views are read anew on every call: memory growth replaces them. */
  #process(slice: Float32Array): { readonly inCount: number; readonly outCount: number } {
    const module = this.#module;
    module.HEAPF32.set(slice, this.#inPointer / 4);
    module.HEAP32[this.#lengthsPointer / 4] = slice.length;
    module.HEAP32[this.#lengthsPointer / 4 + 1] = this.#outCapacity;
    const code = module._speex_resampler_process_float(
      this.#state,
      0,
      this.#inPointer,
      this.#lengthsPointer,
      this.#outPointer,
      this.#lengthsPointer + 4,
    );
    const inCount = module.HEAP32[this.#lengthsPointer / 4] ?? 0;
    const outCount = module.HEAP32[this.#lengthsPointer / 4 + 1] ?? 0;
    if (code !== 0 || (inCount === 0 && outCount === 0))
      throw new InvalidStateError(`Resampling failed (${code})`);
    return { inCount, outCount };
  }
}

/** The plain build is for processors without 128-bit vectors; it is four times slower. */
async function loadSpeex(): Promise<SpeexResamplerModule> {
  try {
    return await (await import('@echogarden/speex-resampler-wasm/simd')).default();
  } catch {
    return await (await import('@echogarden/speex-resampler-wasm')).default();
  }
}
