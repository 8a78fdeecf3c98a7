import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MonoResampler } from '../../../src/audio/index.js';
import { sine, snrDb } from '../../support/audio-fixtures.js';

async function resample(
  samples: Float32Array,
  sampleRateHz: number,
  cuts: readonly number[],
): Promise<Float32Array> {
  const resampler = await MonoResampler.create(sampleRateHz);
  const parts: Float32Array[] = [];
  for (let offset = 0, index = 0; offset < samples.length; index++) {
    const size = cuts[index % cuts.length] ?? samples.length;
    parts.push(resampler.push(samples.subarray(offset, offset + size)));
    offset += size;
  }
  parts.push(resampler.end());
  resampler.free();
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

describe('MonoResampler', () => {
  for (const sampleRateHz of [8_000, 22_050, 24_000, 44_100, 48_000]) {
    it(`keeps a 1 kHz tone from ${sampleRateHz} Hz in place, above 90 dB`, async () => {
      const got = await resample(sine(sampleRateHz, 1_000, sampleRateHz), sampleRateHz, [960]);
      expect(got.length).toBe(16_000);
      expect(snrDb(sine(16_000, 1_000, 16_000), got, 300)).toBeGreaterThan(90);
    });
  }

  it.each([24_000, 44_100, 48_000])(
    'raises a 1 kHz tone to %i Hz, above 90 dB, as long as it was',
    async (outputHz) => {
      const resampler = await MonoResampler.create(16_000, outputHz);
      const got = [...resampler.push(sine(16_000, 1_000, 16_000)), ...resampler.end()];
      resampler.free();
      expect(got.length).toBe(outputHz);
      expect(snrDb(sine(outputHz, 1_000, outputHz), Float32Array.from(got), 900)).toBeGreaterThan(90);
    },
  );

  it('keeps 7 kHz and removes what 16 kHz cannot hold', async () => {
    const rms = (values: Float32Array): number =>
      Math.sqrt(values.subarray(300, -300).reduce((sum, v) => sum + v * v, 0) / (values.length - 600));
    const kept = await resample(sine(48_000, 7_000, 48_000), 48_000, [480]);
    const removed = await resample(sine(48_000, 9_500, 48_000), 48_000, [480]);
    expect(20 * Math.log10(rms(kept) / (0.5 / Math.SQRT2))).toBeCloseTo(0, 0);
    expect(20 * Math.log10(rms(removed))).toBeLessThan(-95);
  });

  it('changes no bit, whatever the chunking', async () => {
    const noise = sine(6_000, 997, 44_100).map((value, n) => value + ((n * 7_919) % 101) / 400);
    for (const sampleRateHz of [24_000, 44_100, 48_000, 12_345]) {
      const whole = await resample(noise, sampleRateHz, [noise.length]);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 6 }),
          async (cuts) => {
            expect(Buffer.compare(bytesOf(await resample(noise, sampleRateHz, cuts)), bytesOf(whole))).toBe(
              0,
            );
          },
        ),
        { numRuns: 12, seed: 21 },
      );
    }
  });

  it('gives exactly round(n * 16000 / rate) samples', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 9_000 }),
        fc.constantFrom(4_000, 8_000, 11_025, 22_050, 32_000, 44_100, 47_999, 96_000, 192_000, 384_000),
        async (sampleCount, sampleRateHz) => {
          const got = await resample(new Float32Array(sampleCount).fill(0.25), sampleRateHz, [441]);
          expect(got.length).toBe(Math.round((sampleCount * 16_000) / sampleRateHz));
        },
      ),
      { numRuns: 60, seed: 22 },
    );
  });

  it('does not grow the wasm heap over many streams', async () => {
    for (let round = 0; round < 300; round++) await resample(new Float32Array(100), 44_100, [100]);
    const last = await resample(sine(4_410, 1_000, 44_100), 44_100, [100]);
    expect(last.length).toBe(1_600);
  });

  it('refuses work after free, which is idempotent', async () => {
    const resampler = await MonoResampler.create(48_000);
    resampler.free();
    resampler.free();
    expect(() => resampler.push(new Float32Array(10))).toThrow(/freed/);
  });
});

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
