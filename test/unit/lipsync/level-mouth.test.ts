import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIP_TABLE, LevelMouth, type TimedPhoneme } from '../../../src/lipsync/index.js';

/** A tone of 200 Hz at these levels, so many milliseconds each. */
function tone(...levels: readonly (readonly [ms: number, dbfs: number])[]): Uint8Array {
  const samples: number[] = [];
  for (const [ms, dbfs] of levels) {
    const peak = 32_768 * Math.SQRT2 * 10 ** (dbfs / 20);
    for (let n = 0; n < ms * 16; n++)
      samples.push(Math.round(peak * Math.sin((2 * Math.PI * 200 * n) / 16_000)));
  }
  return new Uint8Array(Int16Array.from(samples).buffer);
}

function mouthOf(pcm: Uint8Array, blockBytes = pcm.byteLength): TimedPhoneme[] {
  const mouth = new LevelMouth();
  const told: TimedPhoneme[] = [];
  for (let at = 0; at < pcm.byteLength; at += blockBytes)
    told.push(...mouth.push(pcm.subarray(at, at + blockBytes)));
  told.push(...mouth.end());
  const joined: TimedPhoneme[] = [];
  for (const one of told) {
    const last = joined.at(-1);
    if (last?.phoneme === one.phoneme && last.endMs === one.startMs)
      joined[joined.length - 1] = { ...last, endMs: one.endMs };
    else joined.push(one);
  }
  return joined;
}

const SPEECH = tone([500, -90], [400, -20], [100, -35], [300, -20], [500, -90]);

describe('LevelMouth', () => {
  it('opens with the sound and closes with silence, within a few hops', () => {
    const shapes = mouthOf(SPEECH);
    expect(shapes.map(({ phoneme }) => phoneme)).toEqual(['sil', 'a', 't', 'a', 'sil']);
    const borders = shapes.map(({ endMs }) => endMs);
    for (const [index, atMs] of [500, 900, 1000, 1300].entries())
      expect(Math.abs((borders[index] ?? 0) - atMs)).toBeLessThanOrEqual(20);
  });

  it.each([-20, -12, 6])('does not mind %i dB of gain', (gainDb) => {
    const at = (dbfs: number) => dbfs + gainDb;
    const levels = [
      [500, -90],
      [3000, at(-20)],
      [500, at(-35)],
      [3000, at(-20)],
      [500, -90],
    ] as const;
    expect(
      mouthOf(tone(...levels))
        .map(({ phoneme }) => phoneme)
        .slice(-4),
    ).toEqual(['a', 't', 'a', 'sil']);
  });

  it('stays closed in silence and in quiet noise', () => {
    expect(mouthOf(tone([2000, -70])).map(({ phoneme }) => phoneme)).toEqual(['sil']);
    expect(mouthOf(new Uint8Array(64_000)).map(({ phoneme }) => phoneme)).toEqual(['sil']);
  });

  it('ends with silence and gives no time back', () => {
    expect(mouthOf(tone([300, -20])).at(-1)?.phoneme).toBe('sil');
    expect(mouthOf(new Uint8Array(0))).toEqual([{ phoneme: 'sil', startMs: 0, endMs: 40 }]);
  });

  it('tells the same however the sound is cut, in contiguous shapes that last a frame, at most its look-ahead late', () => {
    const whole = mouthOf(SPEECH);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (blockBytes) => {
        expect(mouthOf(SPEECH, blockBytes)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
    for (const [index, { phoneme, startMs, endMs }] of whole.entries()) {
      expect(DEFAULT_LIP_TABLE.has(phoneme)).toBe(true);
      expect(endMs - startMs).toBeGreaterThanOrEqual(40);
      expect(startMs).toBe(whole[index - 1]?.endMs ?? 0);
    }
    const mouth = new LevelMouth();
    let toldMs = 0;
    for (let at = 0; at < SPEECH.byteLength; at += 320) {
      toldMs = mouth.push(SPEECH.subarray(at, at + 320)).at(-1)?.endMs ?? toldMs;
      expect(toldMs).toBeGreaterThanOrEqual(at / 32 - mouth.lookAheadMs);
    }
  });
});
