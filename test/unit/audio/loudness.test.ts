import { describe, expect, it } from 'vitest';
import { LoudnessMeter } from '../../../src/audio/index.js';
import { sine } from '../../support/audio-fixtures.js';

function measure(sampleRateHz: number, ...parts: Float32Array[]): ReturnType<LoudnessMeter['measure']> {
  const meter = new LoudnessMeter(sampleRateHz);
  for (const part of parts) meter.push(part);
  return meter.measure();
}

describe('LoudnessMeter', () => {
  for (const sampleRateHz of [16_000, 48_000]) {
    it(`gives -3.01 LUFS for a full-scale 997 Hz sine at ${sampleRateHz} Hz`, () => {
      const { integratedLufs, peak } = measure(sampleRateHz, sine(sampleRateHz * 3, 997, sampleRateHz, 1));
      expect(integratedLufs).toBeCloseTo(-3.01, 1);
      expect(peak).toBeCloseTo(1, 3);
    });

    it(`leaves pauses out at ${sampleRateHz} Hz`, () => {
      const tone = sine(sampleRateHz * 10, 997, sampleRateHz, 10 ** (-20 / 20));
      const pause = sine(sampleRateHz * 20, 997, sampleRateHz, 10 ** (-50 / 20));
      expect(measure(sampleRateHz, pause, tone, pause).integratedLufs).toBeCloseTo(-23, 0);
    });
  }

  it('weighs low tones less', () => {
    const low = measure(16_000, sine(48_000, 40, 16_000, 0.5)).integratedLufs ?? 0;
    const middle = measure(16_000, sine(48_000, 997, 16_000, 0.5)).integratedLufs ?? 0;
    expect(middle - low).toBeGreaterThan(5);
  });

  it('measures sound shorter than one block', () => {
    expect(measure(16_000, sine(1_600, 997, 16_000, 1)).integratedLufs).toBeCloseTo(-3, 0);
  });

  it('has no loudness for silence or nothing', () => {
    expect(measure(16_000, new Float32Array(32_000)).integratedLufs).toBeUndefined();
    expect(measure(16_000).integratedLufs).toBeUndefined();
  });
});
