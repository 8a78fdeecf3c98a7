/** Types of what we use from packages that ship none. */

interface SpeexResamplerModule {
  readonly HEAPF32: Float32Array;
  readonly HEAP32: Int32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _speex_resampler_init(
    channels: number,
    inRateHz: number,
    outRateHz: number,
    quality: number,
    errorPointer: number,
  ): number;
  _speex_resampler_skip_zeros(state: number): number;
  _speex_resampler_get_input_latency(state: number): number;
  _speex_resampler_process_float(
    state: number,
    channel: number,
    inPointer: number,
    inLengthPointer: number,
    outPointer: number,
    outLengthPointer: number,
  ): number;
  _speex_resampler_destroy(state: number): void;
}

declare module '@echogarden/speex-resampler-wasm' {
  const create: () => Promise<SpeexResamplerModule>;

  // biome-ignore lint/style/noDefaultExport: this is the shape the package has.
  export { create as default };
}

declare module '@echogarden/speex-resampler-wasm/simd' {
  const create: () => Promise<SpeexResamplerModule>;

  // biome-ignore lint/style/noDefaultExport: this is the shape the package has.
  export { create as default };
}

declare module 'wav' {
  import type { WriteStream } from 'node:fs';

  /** A Transform of a very old stream generation: it has no `destroy` and no `writableLength`. */
  export interface WavFileWriter extends NodeJS.EventEmitter {
    readonly file: WriteStream;
    write(bytes: Uint8Array): boolean;
    end(): void;
    unpipe(): void;
  }

  const wav: {
    readonly FileWriter: new (
      path: string,
      options: { readonly sampleRate: number; readonly channels: number; readonly bitDepth: number },
    ) => WavFileWriter;
  };

  // biome-ignore lint/style/noDefaultExport: this is the shape the package has.
  export { wav as default };
}
