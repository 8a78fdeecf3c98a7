import { describe, expect, it } from 'vitest';
import { levelDbfs, SILENCE_DBFS } from '../../../src/audio/index.js';
import { integers, sine } from '../../support/audio-fixtures.js';

describe('levelDbfs', () => {
  it('is 0 for a full-scale square and -3.01 for a full-scale sine', () => {
    expect(levelDbfs(integers([-32_768, -32_768, -32_768, -32_768], 2))).toBe(0);
    expect(
      levelDbfs(
        integers(
          sine(16_000, 1_000, 16_000, 1).map((v) => Math.round(v * 32_767)),
          2,
        ),
      ),
    ).toBeCloseTo(-3.01, 2);
  });

  it('is the floor for silence, for nothing and for half a sample', () => {
    for (const pcm of [new Uint8Array(640), new Uint8Array(0), Uint8Array.of(200)]) {
      expect(levelDbfs(pcm)).toBe(SILENCE_DBFS);
    }
  });

  it('reads views at odd offsets', () => {
    const bytes = new Uint8Array([9, ...integers([1_000, -1_000], 2)]);
    expect(levelDbfs(bytes.subarray(1))).toBeCloseTo(20 * Math.log10(1_000 / 32_768), 6);
  });
});
