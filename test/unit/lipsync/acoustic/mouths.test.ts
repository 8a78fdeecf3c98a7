import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LIP_TABLE,
  type LipEstimator,
  SoundMouth,
  TextMouth,
  type TimedPhoneme,
} from '../../../../src/lipsync/index.js';
import { noise } from './sounds.js';
import { framesOf, SPOKEN, soundOf, toldOf, wordsOf } from './spoken.js';

const [utterance] = SPOKEN;
if (utterance === undefined) throw new Error('expected spoken fixtures, got none');
const PCM = soundOf(utterance).subarray(0, 2 * 16_000 * 3);
const MS_PER_BYTE = 1 / 32;

interface Kind {
  readonly name: string;
  readonly create: () => SoundMouth | TextMouth;
  /** Of what it tells of a moment: how much sound behind it that may depend on, milliseconds. */
  readonly mostAheadMs: number;
}

const KINDS: readonly Kind[] = [
  { name: 'SoundMouth', create: () => new SoundMouth(), mostAheadMs: 100 },
  { name: 'TextMouth', create: () => new TextMouth({ words: wordsOf(utterance) }), mostAheadMs: 150 },
];

/** What is told with each block, and when. */
function telling(
  mouth: LipEstimator,
  pcm: Uint8Array,
  blockBytes: number,
): { heardMs: number; toldMs: number }[] {
  const steps: { heardMs: number; toldMs: number }[] = [];
  let toldMs = 0;
  for (let at = 0; at < pcm.byteLength; at += blockBytes) {
    toldMs = mouth.push(pcm.subarray(at, at + blockBytes)).at(-1)?.endMs ?? toldMs;
    steps.push({ heardMs: Math.min(pcm.byteLength, at + blockBytes) * MS_PER_BYTE, toldMs });
  }
  return steps;
}

describe.each(KINDS)('$name', ({ create, mostAheadMs }) => {
  const whole = toldOf(create(), PCM, PCM.byteLength);

  it.each([2, 256, 960, 32_000])('tells the same in blocks of %i bytes', (blockBytes) => {
    expect(toldOf(create(), PCM, blockBytes)).toEqual(whole);
  });

  it('tells the same however the sound is cut, also within a sample', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 4001 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(cuts, (sizes) => {
        const mouth = create();
        const told: TimedPhoneme[] = [];
        for (let at = 0, n = 0; at < PCM.byteLength; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          told.push(...mouth.push(PCM.subarray(at, at + size)));
          at += size;
        }
        expect([...told, ...mouth.end()]).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('tells of a moment what no sound more than its look-ahead behind it changes', () => {
    expect(create().lookAheadMs).toBeLessThanOrEqual(mostAheadMs);
    const wholeFrames = framesOf(whole);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: PCM.byteLength / 2 - 1 }), fc.integer(), (fromSample, seed) => {
        const changed = PCM.slice();
        const other = noise(3000, -10, seed);
        changed.set(other.subarray(0, PCM.byteLength - 2 * fromSample), 2 * fromSample);
        const lookAheadMs = create().lookAheadMs;
        const sureFrames = Math.max(0, Math.floor((fromSample / 16 - lookAheadMs) / 10) + 1);
        const frames = framesOf(toldOf(create(), changed, 3200));
        expect(frames.slice(0, sureFrames)).toEqual(wholeFrames.slice(0, sureFrames));
      }),
      { numRuns: 25 },
    );
  });

  it('tells everything within the time it names', () => {
    const mouth = create();
    expect(mouth.tellsWithinMs).toBeLessThanOrEqual(150);
    for (const { heardMs, toldMs } of telling(mouth, PCM, 320))
      expect(toldMs).toBeGreaterThan(heardMs - mouth.tellsWithinMs - 10);
  });

  it('tells contiguous phonemes of lip.txt from 0 on, to the end of the sound, then a closed mouth', () => {
    let atMs = 0;
    for (const { phoneme, startMs, endMs } of whole) {
      expect(DEFAULT_LIP_TABLE.has(phoneme)).toBe(true);
      expect(startMs).toBe(atMs);
      expect(endMs).toBeGreaterThan(startMs);
      atMs = endMs;
    }
    expect(whole.at(-1)).toEqual({ phoneme: 'sil', startMs: 3000, endMs: 3040 });
  });

  it('has only silence to tell of nothing', () => {
    expect(create().end()).toEqual([{ phoneme: 'sil', startMs: 0, endMs: 40 }]);
  });

  it('tells every frame of a sound that is shorter than what it waits for', () => {
    for (const samples of [1, 160, 161, 800, 1600]) {
      const told = toldOf(create(), PCM.subarray(0, 2 * samples));
      expect(told.at(-1)?.startMs).toBe(Math.ceil(samples / 160) * 10);
    }
  });
});
