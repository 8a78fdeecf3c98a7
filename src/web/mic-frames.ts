import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/pcm.js';
import { RateConverter } from './rate-converter.js';

/** 20 ms. */
export const MIC_FRAME_SAMPLES = 320;

/** Cuts a microphone's blocks, at whatever rate, into frames of 20 ms of s16 at 16 kHz. Runs in the audio thread. */
export class MicFrames {
  readonly #converter: RateConverter | undefined;
  #frame = new Int16Array(MIC_FRAME_SAMPLES);
  #filled = 0;

  constructor(sampleRateHz: number) {
    if (sampleRateHz !== OUTPUT_SAMPLE_RATE_HZ)
      this.#converter = new RateConverter(sampleRateHz, OUTPUT_SAMPLE_RATE_HZ);
  }

  /** @param block - mono, nominally -1…1. @returns Whole frames, each a new array; mostly none or one. */
  push(block: Float32Array): Int16Array<ArrayBuffer>[] {
    const samples = this.#converter?.convert(block) ?? block;
    const frames: Int16Array<ArrayBuffer>[] = [];
    for (const sample of samples) {
      // Beyond full scale it clips, as any converter does.
      this.#frame[this.#filled++] = Math.round(32_767 * Math.max(-1, Math.min(1, sample)));
      if (this.#filled < MIC_FRAME_SAMPLES) continue;
      frames.push(this.#frame);
      this.#frame = new Int16Array(MIC_FRAME_SAMPLES);
      this.#filled = 0;
    }
    return frames;
  }
}
