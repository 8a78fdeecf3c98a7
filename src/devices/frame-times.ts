/** Blocks beyond this from a sample tell nothing about its time: clocks drift. */
const NEAR_MS = 1500;

/** What was recorded, and when each sample was. */
export class FrameTimes {
  readonly #sampleRateHz: number;
  readonly #frames: Float32Array[] = [];
  readonly #marks: { readonly endMs: number; readonly atMs: number }[] = [];
  #count = 0;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /**
   * @param frame - s16le; copied.
   * @param atMs - when its last byte arrived: never before the sound was, often later.
   */
  push(frame: Uint8Array, atMs: number): void {
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    const samples = new Float32Array(frame.byteLength / 2);
    for (let index = 0; index < samples.length; index++) {
      samples[index] = view.getInt16(2 * index, true) / 32_768;
    }
    this.#frames.push(samples);
    this.#count += samples.length;
    this.#marks.push({ endMs: (this.#count * 1000) / this.#sampleRateHz, atMs });
  }

  /** All of it, -1 … 1. */
  get samples(): Float32Array {
    const all = new Float32Array(this.#count);
    let at = 0;
    for (const frame of this.#frames) {
      all.set(frame, at);
      at += frame.length;
    }
    return all;
  }

  get peak(): number {
    return this.#frames.reduce(
      (peak, frame) => frame.reduce((max, value) => Math.max(max, Math.abs(value)), peak),
      0,
    );
  }

  /** When the sound at a position of the recording arrived, by the most punctual frame around it; all others were read late. */
  timeOfMs(positionMs: number): number {
    let offsetMs = Number.POSITIVE_INFINITY;
    for (const { endMs, atMs } of this.#marks) {
      if (Math.abs(endMs - positionMs) < NEAR_MS) offsetMs = Math.min(offsetMs, atMs - endMs);
    }
    return positionMs + offsetMs;
  }
}
