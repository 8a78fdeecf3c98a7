import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chirpDelay, chirpSeries, findChirps } from '../../../src/audio/index.js';
import { seededRandom } from '../../../src/runtime/index.js';

const RATE = 16_000;

/** The series as recorded: later by a fraction of samples, louder or softer, with noise. */
function recorded(delaySamples: number, { gain = 1, noise = 0, count = 7, seed = 3 } = {}): Float32Array {
  const { samples } = chirpSeries(RATE, count, 0.5);
  const random = seededRandom(seed);
  const whole = Math.floor(delaySamples);
  const part = delaySamples - whole;
  const out = new Float32Array(samples.length + whole + 1);
  for (let at = 0; at < out.length; at++) {
    const here = samples[at - whole] ?? 0;
    const before = samples[at - whole - 1] ?? 0;
    out[at] = gain * (here * (1 - part) + before * part) + noise * (2 * random() - 1);
  }
  return out;
}

function delayOf(recording: Float32Array, count = 7): ReturnType<typeof chirpDelay> {
  return chirpDelay(chirpSeries(RATE, count, 0.5).onsetsMs, findChirps(recording, RATE));
}

describe('Chirps', () => {
  it('are found where they are, far below one frame', () => {
    for (const samples of [0, 1, 800, 1234.25, 1234.5, 9999.75]) {
      const delay = delayOf(recorded(samples));
      expect(delay?.found).toBe(7);
      expect(Math.abs((delay?.delayMs ?? 1e9) - (samples * 1000) / RATE)).toBeLessThan(0.03);
      expect(delay?.spreadMs).toBeLessThan(0.03);
      expect(delay?.confidence).toBeGreaterThan(0.8);
    }
  });

  it('are found at any loudness, turned over, and in noise as loud as they are', () => {
    for (const [gain, noise] of [
      [0.001, 0],
      [-1, 0.02],
      [1, 0.3],
    ] as const) {
      const delay = delayOf(recorded(500, { gain, noise }));
      expect(delay?.found).toBe(7);
      expect(Math.abs((delay?.delayMs ?? 1e9) - 31.25)).toBeLessThan(0.2);
    }
  });

  it('are not found in silence, noise, a tone or a hum', () => {
    const random = seededRandom(9);
    const length = RATE * 6;
    const sounds = [
      new Float32Array(length),
      Float32Array.from({ length }, () => 2 * random() - 1),
      Float32Array.from({ length }, (_, at) => Math.sin((2 * Math.PI * 2500 * at) / RATE)),
      Float32Array.from(
        { length },
        (_, at) => 0.5 * Math.sin((2 * Math.PI * 50 * at) / RATE) + 1e-4 * random(),
      ),
    ];
    for (const sound of sounds) expect(delayOf(sound)).toBeUndefined();
  });

  it('bear a recording shorter than one', () => {
    expect(findChirps(new Float32Array(0), RATE)).toEqual([]);
    expect(findChirps(new Float32Array(100), RATE)).toEqual([]);
  });
});

describe('chirpDelay', () => {
  const { onsetsMs } = chirpSeries(RATE, 9, 0.5);

  it('finds the one place where the series fits, whatever is missing and whatever else was heard', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -400, max: 2000, noNaN: true }),
        fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 7 }),
        fc.array(fc.double({ min: -500, max: 8000, noNaN: true }), { maxLength: 5 }),
        (delayMs, kept, noise) => {
          const heard = [
            ...kept.map((index) => ({ atMs: (onsetsMs[index] ?? 0) + delayMs, likeness: 0.9 })),
            ...noise.map((atMs) => ({ atMs, likeness: 0.5 })),
          ];
          const delay = chirpDelay(onsetsMs, heard);
          expect(Math.abs((delay?.delayMs ?? 1e9) - delayMs)).toBeLessThan(0.001);
          expect(delay?.found).toBeGreaterThanOrEqual(kept.length);
        },
      ),
      { seed: 4 },
    );
  });

  it('takes the middle: one that is off moves nothing', () => {
    const heard = onsetsMs.map((atMs, index) => ({
      atMs: atMs + 100 + (index === 4 ? 14 : 0),
      likeness: 0.9,
    }));
    expect(chirpDelay(onsetsMs, heard)).toMatchObject({ delayMs: expect.closeTo(100, 6), found: 9 });
  });

  it('refuses when fewer than half fit', () => {
    const heard = onsetsMs.slice(0, 4).map((atMs) => ({ atMs: atMs + 50, likeness: 0.9 }));
    expect(chirpDelay(onsetsMs, heard)).toBeUndefined();
    expect(chirpDelay(onsetsMs, [])).toBeUndefined();
  });
});
