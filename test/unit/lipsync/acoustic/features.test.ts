import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogMel, SILENT_FEATURE } from '../../../../src/lipsync/acoustic/log-mel.js';
import { MelBands } from '../../../../src/lipsync/acoustic/mel-bands.js';
import { RealFft } from '../../../../src/lipsync/acoustic/real-fft.js';
import { seededRandom } from '../../../../src/runtime/index.js';
import { noise, pcmOf, tone } from './sounds.js';

const RANGE = { bands: 26, lowHz: 60, highHz: 7600 };

function featuresOf(pcm: Uint8Array, blockBytes = Math.max(1, pcm.byteLength)): number[][] {
  const frames: number[][] = [];
  const logMel = new LogMel(RANGE, (features) => frames.push([...features]));
  for (let at = 0; at < pcm.byteLength; at += blockBytes) logMel.push(pcm.subarray(at, at + blockBytes));
  logMel.end();
  return frames;
}

describe('RealFft', () => {
  it('gives the same power as the sum that defines it', () => {
    for (const length of [4, 16, 64]) {
      const random = seededRandom(length);
      const signal = Float64Array.from({ length }, () => random() - 0.5);
      const power = new Float64Array(length / 2 + 1);
      new RealFft(length).power(signal, power);
      for (const [k, got] of power.entries()) {
        let re = 0;
        let im = 0;
        for (const [n, value] of signal.entries()) {
          re += value * Math.cos((2 * Math.PI * k * n) / length);
          im -= value * Math.sin((2 * Math.PI * k * n) / length);
        }
        expect(got).toBeCloseTo(re * re + im * im, 10);
      }
    }
  });

  it('keeps nothing from one signal to the next', () => {
    const fft = new RealFft(512);
    const signal = Float64Array.from({ length: 512 }, (_, n) => Math.sin(n));
    const first = new Float64Array(257);
    const second = new Float64Array(257);
    fft.power(signal, first);
    fft.power(new Float64Array(512), second);
    expect(Math.max(...second)).toBe(0);
    fft.power(signal, second);
    expect(second).toEqual(first);
  });
});

describe('MelBands', () => {
  it('hears a tone in the band it lies in, and every part of the range in one or two bands that sum to one', () => {
    const bands = new MelBands(RANGE, 31.25);
    const into = new Float64Array(26);
    for (let bin = 6; bin < 230; bin++) {
      const power = new Float64Array(257);
      power[bin] = 1;
      bands.apply(power, into);
      const hearing = [...into].filter((value) => value > 0);
      expect(hearing.length).toBeGreaterThan(0);
      expect(hearing.length).toBeLessThanOrEqual(2);
      if (bin < 220) expect(hearing.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.9);
    }
  });
});

describe('LogMel', () => {
  it('gives one frame for each 10 ms begun', () => {
    for (const samples of [0, 1, 159, 160, 161, 400, 16_000])
      expect(featuresOf(new Uint8Array(2 * samples))).toHaveLength(Math.ceil(samples / 160));
  });

  it('hears digital silence as the silence that stands before and behind a sound', () => {
    for (const frame of featuresOf(new Uint8Array(32_000)))
      for (const feature of frame) expect(feature).toBe(SILENT_FEATURE);
  });

  it('hears a tone highest in its band', () => {
    const last = featuresOf(tone(500, 1000, -20)).at(-3) ?? [];
    const centreHz = (band: number): number => {
      const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
      const step = (mel(7600) - mel(60)) / 27;
      return 700 * (Math.exp((mel(60) + step * (band + 1)) / 1127) - 1);
    };
    expect(Math.abs(centreHz(last.indexOf(Math.max(...last))) - 1000)).toBeLessThan(90);
  });

  it('tells the same however the sound is cut, also within a sample', () => {
    const pcm = noise(300, -20, 1);
    const whole = featuresOf(pcm);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (blockBytes) => {
        expect(featuresOf(pcm, blockBytes)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('hears nothing later than 7.5 ms behind its 10 ms', () => {
    const before = noise(300, -20, 1);
    const changed = before.slice();
    // From 117.5 ms on: the first sample that frame 10 (100 to 110 ms) must not hear.
    changed.set(noise(200, -3, 2).subarray(0, before.length - 3760), 3760);
    const one = featuresOf(before);
    const other = featuresOf(changed);
    expect(other.slice(0, 11)).toEqual(one.slice(0, 11));
    expect(other[11]).not.toEqual(one[11]);
  });

  it('does not mind gain once it knows the level', () => {
    const loud = featuresOf(noise(2000, -20, 3)).slice(-50);
    const quiet = featuresOf(noise(2000, -40, 3)).slice(-50);
    const differences = loud.flatMap((frame, n) =>
      frame.map((value, band) => value - (quiet[n]?.[band] ?? 0)),
    );
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(0.25);
  });

  it('passes over a single byte at the end', () => {
    const pcm = pcmOf(Float64Array.from({ length: 160 }, (_, n) => Math.sin(n)));
    expect(featuresOf(Uint8Array.from([...pcm, 77]))).toEqual(featuresOf(pcm));
  });
});
