import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeLayers } from '../../../../src/lipsync/acoustic/acoustic-model.js';
import { Network } from '../../../../src/lipsync/acoustic/network.js';
import { SoundMouth } from '../../../../src/lipsync/acoustic/sound-mouth.js';
import { ACOUSTIC_MODEL } from '../../../../src/lipsync/acoustic/weights.js';
import { DEFAULT_LIP_TABLE } from '../../../../src/lipsync/default-lip-table.js';

const record = readFileSync(new URL('../../../../src/lipsync/training/RECORD.md', import.meta.url), 'utf8');

/** As export.py sums them: all numbers in base64, layer by layer. */
function checksum(): string {
  const sums = createHash('sha256');
  for (const { weights, scales, biases } of ACOUSTIC_MODEL.layers) {
    for (const part of [weights, scales, biases]) sums.update(part);
  }
  return sums.digest('hex');
}

describe('Committed weights', () => {
  it('are those that the record describes', () => {
    expect(record).toContain(checksum());
  });

  it('have the sizes that they say, and no layer without numbers', () => {
    const layers = decodeLayers(ACOUSTIC_MODEL);
    for (const { weights, biases } of layers) {
      expect(weights.every(Number.isFinite)).toBe(true);
      expect(biases.every(Number.isFinite)).toBe(true);
      expect(weights.some((value) => value !== 0)).toBe(true);
    }
  });

  it('name classes that lip.txt has', () => {
    expect(ACOUSTIC_MODEL.classes.filter((name) => !DEFAULT_LIP_TABLE.has(name))).toEqual([]);
  });

  it('have priors that sum to 1', () => {
    expect(ACOUSTIC_MODEL.priors.every((share) => share > 0)).toBe(true);
    expect(ACOUSTIC_MODEL.priors.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
  });

  it('need no more than 100 ms of what follows', () => {
    expect(new SoundMouth().lookAheadMs).toBeLessThanOrEqual(100);
  });

  it('take no more multiplications than leave room for real time on slow machines', () => {
    const count = decodeLayers(ACOUSTIC_MODEL).reduce((sum, { weights }) => sum + weights.length, 0);
    expect(count).toBeLessThan(100_000);
  });

  it('call silence closed with confidence', () => {
    const network = new Network(ACOUSTIC_MODEL);
    const silent = new Float32Array(ACOUSTIC_MODEL.range.bands).fill(-2);
    let posteriors: Float32Array | undefined;
    for (let frame = 0; frame < 100; frame++) posteriors = network.push(silent);
    expect(Math.exp(posteriors?.[ACOUSTIC_MODEL.classes.indexOf('sil')] ?? 0)).toBeGreaterThan(0.9);
    expect(posteriors).toBeDefined();
  });
});
