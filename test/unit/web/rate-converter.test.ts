import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIC_FRAME_SAMPLES, MicFrames } from '../../../src/web/mic-frames.js';
import { RateConverter } from '../../../src/web/rate-converter.js';

function sine(frequencyHz: number, rateHz: number, seconds: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(rateHz * seconds) },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * frequencyHz * at) / rateHz),
  );
}

/** Power of what a best-fitting sine of this frequency explains and of what is left, dB. */
function signalAndRest(samples: Float32Array, frequencyHz: number, rateHz: number): [number, number] {
  let cosine = 0;
  let sinus = 0;
  samples.forEach((sample, at) => {
    cosine += sample * Math.cos((2 * Math.PI * frequencyHz * at) / rateHz);
    sinus += sample * Math.sin((2 * Math.PI * frequencyHz * at) / rateHz);
  });
  const [a, b] = [(2 * cosine) / samples.length, (2 * sinus) / samples.length];
  let rest = 0;
  samples.forEach((sample, at) => {
    const phase = (2 * Math.PI * frequencyHz * at) / rateHz;
    rest += (sample - a * Math.cos(phase) - b * Math.sin(phase)) ** 2;
  });
  return [10 * Math.log10((a * a + b * b) / 2), 10 * Math.log10(rest / samples.length)];
}

const RATES = [8000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

describe('RateConverter', () => {
  it.each(RATES)('keeps a tone of 1 kHz from %i Hz whole: 70 dB and more above what it adds', (rateHz) => {
    const output = new RateConverter(rateHz, 16_000).convert(sine(1000, rateHz, 0.5)).subarray(800, 6400);
    const [signalDb, restDb] = signalAndRest(output, 1000, 16_000);
    expect(signalDb).toBeCloseTo(10 * Math.log10(0.125), 1);
    expect(signalDb - restDb).toBeGreaterThan(70);
  });

  it.each(RATES.filter((rateHz) => rateHz >= 22_050))(
    'lets nothing above 8 kHz fold back from %i Hz',
    (rateHz) => {
      for (const frequencyHz of [8100, 9000, 10_500]) {
        const output = new RateConverter(rateHz, 16_000)
          .convert(sine(frequencyHz, rateHz, 0.5))
          .subarray(800, 6400);
        const power = output.reduce((sum, sample) => sum + sample * sample, 0) / output.length;
        expect(10 * Math.log10(power / 0.125), `${frequencyHz} Hz`).toBeLessThan(-70);
      }
    },
  );

  it.each([44_100, 48_000])('is flat up to 6.8 kHz from %i Hz', (rateHz) => {
    for (const frequencyHz of [50, 300, 3000, 5000, 6800]) {
      const output = new RateConverter(rateHz, 16_000)
        .convert(sine(frequencyHz, rateHz, 0.5))
        .subarray(800, 6400);
      const [signalDb] = signalAndRest(output, frequencyHz, 16_000);
      expect(Math.abs(signalDb - 10 * Math.log10(0.125)), `${frequencyHz} Hz`).toBeLessThan(0.1);
    }
  });

  it('gives the same however its input is cut', () => {
    const rate = fc.constantFrom(...RATES);
    fc.assert(
      fc.property(rate, fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 30 }), (rateHz, sizes) => {
        const input = sine(777, rateHz, 0.1);
        const whole = new RateConverter(rateHz, 16_000).convert(input);
        const cut = new RateConverter(rateHz, 16_000);
        const parts: number[] = [];
        let at = 0;
        for (const size of [...sizes, input.length]) {
          parts.push(...cut.convert(input.subarray(at, at + size)));
          at += size;
        }
        expect(parts).toEqual([...whole]);
      }),
      { numRuns: 40 },
    );
  });

  it.each(RATES)('gives as much sound from %i Hz as went in, for ever', (rateHz) => {
    const converter = new RateConverter(rateHz, 16_000);
    const block = new Float32Array(128);
    let [inputCount, outputCount] = [0, 0];
    for (let n = 0; n < 3000; n++) {
      inputCount += block.length;
      outputCount += converter.convert(block).length;
    }
    expect(Math.abs(outputCount - (inputCount * 16_000) / rateHz)).toBeLessThan(2);
  });
});

describe('MicFrames', () => {
  it('makes frames of 20 ms, whatever the blocks', () => {
    const frames = new MicFrames(16_000);
    const made = Array.from({ length: 25 }, () => frames.push(new Float32Array(128).fill(0.5))).flat();
    expect(made.length).toBe(10);
    expect(new Set(made.map(({ length }) => length))).toEqual(new Set([MIC_FRAME_SAMPLES]));
    expect(made[0]?.[0]).toBe(16_384);
  });

  it('clips what is beyond full scale', () => {
    const [frame] = new MicFrames(16_000).push(new Float32Array(320).fill(3));
    expect(frame?.[0]).toBe(32_767);
    const [low] = new MicFrames(16_000).push(new Float32Array(320).fill(-3));
    expect(low?.[0]).toBe(-32_767);
  });

  it('gives fifty frames for a second at 48 kHz', () => {
    const frames = new MicFrames(48_000);
    let count = 0;
    for (let n = 0; n < 3750; n++) count += frames.push(new Float32Array(128)).length;
    expect(Math.abs(count - 500)).toBeLessThanOrEqual(1);
  });
});
