import { describe, expect, it } from 'vitest';
import type { AcousticModel, ModelLayer } from '../../../../src/lipsync/acoustic/acoustic-model.js';
import { SILENT_FEATURE } from '../../../../src/lipsync/acoustic/log-mel.js';
import { Network } from '../../../../src/lipsync/acoustic/network.js';
import { ACOUSTIC_MODEL } from '../../../../src/lipsync/acoustic/weights.js';
import { seededRandom } from '../../../../src/runtime/index.js';

const BANDS = 3;
const random = seededRandom(5);

function base64(values: Int8Array | Float32Array): string {
  return Buffer.from(values.buffer).toString('base64');
}

function layer(taps: readonly number[], width: number, outputs: number, isLast = false): ModelLayer {
  const any = (length: number): number[] => Array.from({ length }, () => random() - 0.5);
  return {
    taps,
    outputs,
    activation: isLast ? 'linear' : 'relu',
    weights: base64(Int8Array.from(any(taps.length * width * outputs), (value) => Math.round(254 * value))),
    scales: base64(Float32Array.from(any(outputs), (value) => Math.abs(value) / 50)),
    biases: base64(Float32Array.from(any(outputs))),
  };
}

const MODEL: AcousticModel = {
  range: { bands: BANDS, lowHz: 60, highHz: 7600 },
  classes: ['sil', 'a', 'i'],
  priors: [0.4, 0.3, 0.3],
  layers: [layer([-2, 0, 1], BANDS, 9), layer([-1, 2], 9, 5), layer([0], 5, 3, true)],
};

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Straight from the definition: the output of a layer at any frame, silence before and behind. */
function outputAt(frames: readonly number[][], depth: number, frame: number): number[] {
  if (depth < 0) return frames[frame] ?? new Array<number>(BANDS).fill(SILENT_FEATURE);
  const { taps, outputs, activation, weights, scales, biases } = MODEL.layers[depth] as ModelLayer;
  const inputs = taps.flatMap((tap) => outputAt(frames, depth - 1, frame + tap));
  const signed = new Int8Array(Buffer.from(weights, 'base64'));
  return Array.from({ length: outputs }, (_, o) => {
    let sum = floats(biases)[o] ?? 0;
    for (const [i, input] of inputs.entries())
      sum += input * (signed[o * inputs.length + i] ?? 0) * (floats(scales)[o] ?? 0);
    return activation === 'relu' ? Math.max(0, sum) : sum;
  });
}

describe('Network', () => {
  it('gives for each frame what its definition says, silence standing before and behind the stream', () => {
    const frames = Array.from({ length: 12 }, () => Array.from({ length: BANDS }, () => random() * 3 - 2));
    const network = new Network(MODEL);
    expect(network.lookAheadFrames).toBe(3);
    const silence = new Float32Array(BANDS).fill(SILENT_FEATURE);
    const given = [...frames.map((frame) => Float32Array.from(frame)), silence, silence, silence];
    const got = given.map((frame) => network.push(frame)?.slice());
    expect(got.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    for (const [index, logPosteriors] of got.slice(3).entries()) {
      const logits = outputAt(frames, 2, index);
      const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      for (const [c, logit] of logits.entries()) expect(logPosteriors?.[c]).toBeCloseTo(logit - logSum, 4);
    }
  });

  it.each([
    ['weights', { layers: [layer([0], BANDS, 4), layer([0], 5, 3, true)] }],
    ['outputs of the last layer', { classes: ['sil', 'a', 'i', 'u'] }],
    ['priors', { priors: [1] }],
    ['class sil', { classes: ['pau', 'a', 'i'] }],
    ['ascending taps', { layers: [layer([0, -1], BANDS, 3, true)] }],
  ])('refuses a model whose %s do not fit', (what, change) => {
    expect(() => new Network({ ...MODEL, ...change })).toThrow(what);
  });
});

describe('The committed model', () => {
  it('is sound in itself, needs at most 50 ms ahead, and names classes of lip.txt', () => {
    const network = new Network(ACOUSTIC_MODEL);
    expect(network.lookAheadFrames).toBeLessThanOrEqual(5);
    expect(ACOUSTIC_MODEL.priors.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
  });
});
