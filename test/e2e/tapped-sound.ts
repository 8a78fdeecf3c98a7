import { readFileSync } from 'node:fs';
import type { BridgeClient } from '../../src/client/index.js';

/** What a simulator plays, as one stream of samples from the moment of the call on. */
export class TappedSound {
  #samples: number[] = [];

  static async of(client: BridgeClient, lane: string): Promise<TappedSound> {
    const tapped = new TappedSound();
    const { tap } = await client.request('tap', { lane });
    client.events.on('tapSound', ({ stream, pcm }) => {
      if (stream !== tap) return;
      const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      for (let at = 0; at + 1 < pcm.byteLength; at += 2)
        tapped.#samples.push(view.getInt16(at, true) / 32_768);
    });
    return tapped;
  }

  get samples(): Float32Array {
    return Float32Array.from(this.#samples);
  }

  get seconds(): number {
    return this.#samples.length / 16_000;
  }

  clear(): void {
    this.#samples = [];
  }
}

/** Samples of a 16 kHz mono s16 WAV file with the usual header. */
export function wavSamples(path: string): Float32Array {
  const bytes = readFileSync(path);
  const at = bytes.indexOf('data') + 8;
  return Float32Array.from(
    { length: (bytes.length - at) >> 1 },
    (_, n) => bytes.readInt16LE(at + 2 * n) / 32_768,
  );
}

/** dB of full scale. */
export function rmsDb(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return 10 * Math.log10(power + 1e-12);
}

/** How like `part` the most similar stretch of `whole` is, -1 … 1, by its waveform up to 2 kHz. */
export function bestCorrelation(whole: Float32Array, part: Float32Array): number {
  const [hay, needle] = [quarter(whole), quarter(part)];
  const needlePower = Math.sqrt(needle.reduce((sum, sample) => sum + sample * sample, 0));
  let best = -1;
  for (let lag = 0; lag + needle.length <= hay.length; lag++) {
    let product = 0;
    let power = 0;
    for (let at = 0; at < needle.length; at++) {
      const sample = hay[lag + at] ?? 0;
      product += sample * (needle[at] ?? 0);
      power += sample * sample;
    }
    best = Math.max(best, product / (Math.sqrt(power) * needlePower + 1e-9));
  }
  return best;
}

/** A quarter of the rate; what folds back is the same in both. */
function quarter(samples: Float32Array): Float32Array {
  return Float32Array.from({ length: samples.length >> 2 }, (_, n) => {
    const at = 4 * n;
    return (
      ((samples[at] ?? 0) + (samples[at + 1] ?? 0) + (samples[at + 2] ?? 0) + (samples[at + 3] ?? 0)) / 4
    );
  });
}
