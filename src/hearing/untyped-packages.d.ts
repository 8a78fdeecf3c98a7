/** Types of what we use from packages that ship none. */

interface FvadModule {
  readonly HEAP16: Int16Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _fvad_new(): number;
  _fvad_reset(state: number): void;
  _fvad_free(state: number): void;
  /** 0 … 3, from lenient to strict; 0 when taken. */
  _fvad_set_mode(state: number, mode: number): number;
  /** 0 when taken. */
  _fvad_set_sample_rate(state: number, sampleRateHz: number): number;
  /** 1 voice, 0 none, -1 a length that is not 10, 20 or 30 ms. */
  _fvad_process(state: number, pointer: number, samples: number): number;
}

declare module '@echogarden/fvad-wasm' {
  const create: () => Promise<FvadModule>;

  // biome-ignore lint/style/noDefaultExport: this is the shape the package has.
  export { create as default };
}
