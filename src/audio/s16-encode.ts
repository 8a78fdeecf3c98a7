/** Turns float samples into the room's output and counts what did not fit. */
export class S16Encoder {
  readonly #factor: number;
  #clippedSamples = 0;

  /** @param factor - Linear gain; 1 keeps every 16-bit sample as it was, bit for bit. */
  constructor(factor: number) {
    this.#factor = factor;
  }

  /** Samples beyond full scale so far; they were cut to full scale (hard saturation, no dither). */
  get clippedSamples(): number {
    return this.#clippedSamples;
  }

  /** @returns New array, two bytes per sample, s16le. */
  encode(samples: Float32Array): Uint8Array {
    const pcm = new Uint8Array(samples.length * 2);
    const view = new DataView(pcm.buffer);
    const scale = this.#factor * 32_768;
    for (let index = 0; index < samples.length; index++) {
      const value = (samples[index] ?? 0) * scale;
      if (value > 32_768 || value < -32_768) this.#clippedSamples++;
      view.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, Math.round(value))), true);
    }
    return pcm;
  }
}
