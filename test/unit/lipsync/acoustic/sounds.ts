import { seededRandom } from '../../../../src/runtime/index.js';

/** s16le mono 16 kHz from samples of -1 to 1. */
export function pcmOf(samples: Float64Array): Uint8Array {
  const clipped = Int16Array.from(samples, (value) =>
    Math.round(Math.max(-32_768, Math.min(32_767, value * 32_768))),
  );
  return new Uint8Array(clipped.buffer);
}

export function tone(ms: number, hz: number, dbfs: number): Uint8Array {
  const peak = Math.SQRT2 * 10 ** (dbfs / 20);
  return pcmOf(
    Float64Array.from({ length: ms * 16 }, (_, n) => peak * Math.sin((2 * Math.PI * hz * n) / 16_000)),
  );
}

/** White noise. */
export function noise(ms: number, dbfs: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const peak = Math.sqrt(3) * 10 ** (dbfs / 20);
  return pcmOf(Float64Array.from({ length: ms * 16 }, () => peak * (2 * random() - 1)));
}
