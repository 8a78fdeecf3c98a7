import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
/** The lowest and highest sample of each column, -1 to 1. */
export interface Waveform {
  readonly durationMs: number;
  readonly columnMs: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Wide enough for an hour in the widest picture. */
const MAX_COLUMNS = 20_000;

/**
 * Gathers the outline of a sound of any length in memory that does not grow with it: columns are joined in pairs when there are
 * too many.
 */
export class WaveformGatherer {
  #low: number[] = [];
  #high: number[] = [];
  #columnSamples = 16;
  #samples = 0;
  #lowest = 0;
  #highest = 0;
  #inColumn = 0;

  /** @param pcm - s16le mono 16 kHz, whole samples. Not kept. */
  push(pcm: Uint8Array): void {
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    for (let at = 0; at + 1 < pcm.byteLength; at += 2) {
      const value = view.getInt16(at, true) / 32_768;
      this.#lowest = Math.min(this.#lowest, value);
      this.#highest = Math.max(this.#highest, value);
      this.#samples++;
      if (++this.#inColumn === this.#columnSamples) this.#endColumn();
    }
  }

  end(): Waveform {
    if (this.#inColumn > 0) this.#endColumn();
    return {
      durationMs: (this.#samples * 2) / OUTPUT_BYTES_PER_MS,
      columnMs: (this.#columnSamples * 2) / OUTPUT_BYTES_PER_MS,
      low: this.#low,
      high: this.#high,
    };
  }

  #endColumn(): void {
    this.#low.push(this.#lowest);
    this.#high.push(this.#highest);
    this.#lowest = 0;
    this.#highest = 0;
    this.#inColumn = 0;
    if (this.#low.length < MAX_COLUMNS) return;
    this.#low = pairs(this.#low, Math.min);
    this.#high = pairs(this.#high, Math.max);
    this.#columnSamples *= 2;
  }
}

function pairs(values: readonly number[], join: (a: number, b: number) => number): number[] {
  return Array.from({ length: values.length >> 1 }, (_, index) =>
    join(values[index * 2] ?? 0, values[index * 2 + 1] ?? 0),
  );
}
