import { seededRandom } from '../../../src/runtime/index.js';

const RATE_HZ = 16_000;

/** Something as loud and as uneven as speech: bursts of noise with pauses, s16le mono 16 kHz. */
export function speechLike(seconds: number, seed = 3): Uint8Array {
  const random = seededRandom(seed);
  return samples(seconds, (index) => {
    const isBurst = Math.floor(index / (RATE_HZ * 0.12)) % 3 !== 2;
    return (random() * 2 - 1) * (isBurst ? 9000 : 30);
  });
}

/** Steady noise, RMS about this level. */
export function noise(seconds: number, dbfs: number, seed = 4): Uint8Array {
  const random = seededRandom(seed);
  const peak = 32_768 * 10 ** (dbfs / 20) * Math.sqrt(3);
  return samples(seconds, () => (random() * 2 - 1) * peak);
}

export function silence(seconds: number): Uint8Array {
  return new Uint8Array(Math.round(seconds * RATE_HZ) * 2);
}

/** A sound in pieces, as a microphone gives it. */
export async function* pieces(pcm: Uint8Array, bytes = 640): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < pcm.byteLength; at += bytes) yield pcm.subarray(at, at + bytes);
}

function samples(seconds: number, valueAt: (index: number) => number): Uint8Array {
  const count = Math.round(seconds * RATE_HZ);
  const pcm = new Uint8Array(count * 2);
  const view = new DataView(pcm.buffer);
  for (let index = 0; index < count; index++) view.setInt16(index * 2, Math.round(valueAt(index)), true);
  return pcm;
}
