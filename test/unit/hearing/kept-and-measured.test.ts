import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VoiceLevel } from '../../../src/audio/index.js';
import { BANDS, LOWEST_DB } from '../../../src/hearing/band-powers.js';
import { FrameRing } from '../../../src/hearing/frame-ring.js';
import { HeardBands } from '../../../src/hearing/heard-bands.js';
import { HeldFrames } from '../../../src/hearing/held-frames.js';
import { MicrophoneFrame } from '../../../src/hearing/microphone-frame.js';
import { PlayedBands } from '../../../src/hearing/played-bands.js';
import { FFT_SAMPLES, HOP_SAMPLES, transformTwo, WINDOW_SAMPLES } from '../../../src/hearing/spectrum.js';
import { VoiceShape } from '../../../src/hearing/voice-shape.js';
import { seededRandom } from '../../../src/runtime/index.js';
import { noise } from '../audio/voice-signals.js';
import { pcmOf, spoken } from './sounds.js';
import { frameNumbered, numbersIn } from './tracker-rig.js';

const ZEROS = new Uint8Array(640);

describe('FrameRing', () => {
  const ring = (capacity: number, frames: number): FrameRing => {
    const made = new FrameRing(capacity, 640);
    for (let frame = 1; frame <= frames; frame++) made.push(frameNumbered(frame));
    return made;
  };
  const numbers = (of: FrameRing, count: number): number[] => {
    const given: number[] = [];
    of.forEach(of.firstFree(count), (frame) => given.push(...numbersIn(frame)));
    return given;
  };

  it('has the last frames after it was made larger, and silence where it had none', () => {
    const grown = ring(3, 10);
    grown.resize(5);
    expect(numbers(grown, 5)).toEqual([0, 0, 8, 9, 10]);
    grown.push(frameNumbered(11));
    expect(numbers(grown, 5)).toEqual([0, 8, 9, 10, 11]);
  });

  it('has the last frames that there is room for after it was made smaller', () => {
    const shrunk = ring(5, 12);
    shrunk.resize(2);
    shrunk.push(frameNumbered(13));
    expect(numbers(shrunk, 9)).toEqual([12, 13]);
  });

  it('gives what was pushed, however often it is resized between', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1 }), (sizes) => {
        const one = ring(4, 0);
        let frame = 0;
        for (const size of sizes) {
          one.push(frameNumbered(++frame));
          one.push(frameNumbered(++frame));
          one.resize(size);
          const kept = numbers(one, 9).filter((number) => number !== 0);
          expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => frame - kept.length + 1 + at));
          expect(kept.length).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });
});

describe('HeldFrames', () => {
  it('gives back each frame with its sound and as it was judged, while they are taken again', () => {
    const [held, ring] = [new HeldFrames(4), new FrameRing(5, 640)];
    const push = (number: number, isHeld: boolean): void => {
      ring.push(frameNumbered(number));
      const judged = { isVoice: number === 5, isVoiceLike: number % 2 === 0, onsetFrames: number };
      held.push({ ...judged, bytes: ZEROS, endMs: 20 * number, heldFrames: 0 }, isHeld);
    };
    for (let number = 1; number <= 7; number++) push(number, number === 6);
    expect(held.heldFrames).toBe(2);
    const given: (readonly unknown[])[] = [];
    held.release(
      ({ bytes, endMs, isVoice, isVoiceLike, onsetFrames }) => {
        given.push([...numbersIn(bytes), endMs, isVoice, isVoiceLike, onsetFrames]);
        ring.push(bytes);
      },
      (count) => ring.frameAgo(count),
    );
    expect(given).toEqual([
      [4, 80, false, true, 4],
      [5, 100, true, false, 5],
      [6, 120, true, true, 6],
      [7, 140, false, false, 7],
    ]);
    expect(held.heldFrames).toBe(0);
  });
});

describe('PlayedBands', () => {
  const sound = pcmOf(spoken('en_slt', -20)).subarray(0, 32 * 2000);
  const levels = (played: PlayedBands, first: number, end: number): number[] =>
    Array.from({ length: (end - first) * BANDS }, (_, at) =>
      played.levelDb(first + Math.floor(at / BANDS), at % BANDS),
    );

  it('has levels where something is played, and nothing anywhere else', () => {
    const played = new PlayedBands();
    played.add(sound, 10_000, 9900);
    expect(levels(played, 0, 1000).every((level) => level === LOWEST_DB)).toBe(true);
    expect(Math.max(...levels(played, 1000, 1200))).toBeGreaterThan(-40);
    expect(levels(played, 1202, 8000).every((level) => level === LOWEST_DB)).toBe(true);
    expect(levels(played, -300, 0).every((level) => level === LOWEST_DB)).toBe(true);
  });

  it('keeps what was played in the last two seconds and forgets it later, whatever the clock shows', () => {
    for (const startMs of [0, 640, 5e8, 1.7e12]) {
      const [played, untouched] = [new PlayedBands(), new PlayedBands()];
      played.add(sound, startMs, startMs);
      untouched.add(sound, startMs, startMs);
      const first = startMs / 10;
      played.forget(first + 200);
      expect(levels(played, first, first + 210)).toEqual(levels(untouched, first, first + 210));
      played.forget(first + 200 + 210 + 64);
      expect(levels(played, first, first + 210).every((level) => level === LOWEST_DB)).toBe(true);
    }
  });

  it('takes what lies a minute ahead and nothing beyond, and nothing into a time that is forgotten', () => {
    const played = new PlayedBands();
    played.forget(100_000);
    played.add(sound, 1_059_000, 1_000_000);
    expect(Math.max(...levels(played, 105_950, 106_001))).toBeGreaterThan(LOWEST_DB);
    expect(Math.max(...levels(played, 106_001, 106_300))).toBe(LOWEST_DB);
    const before = levels(played, 105_900, 106_000);
    played.add(sound, 990_000, 1_000_000);
    expect(Math.max(...levels(played, 99_000, 99_100))).toBe(LOWEST_DB);
    expect(levels(played, 105_900, 106_000)).toEqual(before);
  });

  it('stops in the middle of a page', () => {
    const [played, whole] = [new PlayedBands(), new PlayedBands()];
    played.add(sound, 10_000, 10_000);
    whole.add(sound, 10_000, 10_000);
    played.clearFrom(10_900);
    expect(levels(played, 990, 1091)).toEqual(levels(whole, 990, 1091));
    expect(levels(played, 1091, 1300).every((level) => level === LOWEST_DB)).toBe(true);
  });
});

describe('MicrophoneFrame', () => {
  it('has the samples of its bytes', () => {
    const frame = new MicrophoneFrame();
    const bytes = pcmOf(spoken('en_awb', -10)).slice(64_000, 64_640);
    frame.read(bytes);
    const view = new DataView(bytes.buffer);
    expect([...frame.samples]).toEqual(Array.from({ length: 320 }, (_, at) => view.getInt16(2 * at, true)));
    expect([...frame.bytes]).toEqual([...bytes]);
    frame.read(undefined);
    expect(frame.samples.every((sample) => sample === 0)).toBe(true);
  });

  it('calls it a long silence after half a second of zeros, muted or sent, until anything else is heard', () => {
    const frame = new MicrophoneFrame();
    const isLong: boolean[] = [];
    const quiet = new Uint8Array(640);
    quiet[638] = 1;
    for (let count = 0; count < 60; count++) {
      frame.read(count === 40 ? quiet : count % 2 === 0 ? ZEROS : undefined);
      isLong.push(frame.isLongSilence);
    }
    expect(isLong.indexOf(true)).toBe(25);
    expect(isLong.lastIndexOf(true)).toBe(39);
  });
});

describe('A long silence', () => {
  const frames = (sound: Float64Array): Int16Array[] =>
    Array.from({ length: Math.floor(sound.length / 320) }, (_, at) =>
      new Int16Array(pcmOf(sound.subarray(at * 320, at * 320 + 320)).buffer).slice(),
    );

  // Only then may an ear leave out what it would measure in it.
  it('leaves every measurement as it is: however long it is, the same is heard after it, to the last bit', () => {
    const before = [
      frames(spoken('en_slt', -3).subarray(8000, 24_000)),
      frames(new Float64Array(6400).fill(32_767)),
      frames(noise('white', 6400, -3)),
    ];
    const after = [
      frames(spoken('ja_mei_happy', -30).subarray(4000, 14_000)),
      frames(noise('white', 6400, -88)),
      frames(new Float64Array(6400).map((_, n) => (n === 3000 ? 1 : 0))),
    ];
    const heard = (zeros: number, first: Int16Array[], then: Int16Array[]): number[] => {
      const [level, bands, shape] = [new VoiceLevel(), new HeardBands(), new VoiceShape()];
      const values: number[] = [];
      const silence = Array.from({ length: zeros }, () => new Int16Array(320));
      for (const [at, samples] of [...first, ...silence, ...then].entries()) {
        level.measure(samples);
        bands.measure(samples);
        shape.measure(samples);
        if (at < first.length + zeros - 1) continue;
        values.push(level.levelDbfs, level.voiceDbfs, level.hissDbfs, level.peakDbfs, ...bands.groupDb);
        values.push(
          ...bands.halvesDb[0],
          ...bands.halvesDb[1],
          Number(shape.isPitched),
          Number(shape.isEven),
        );
      }
      return values;
    };
    for (const first of before)
      for (const then of after) expect(heard(26, first, then)).toEqual(heard(400, first, then));
  });
});

describe('transformTwo', () => {
  it('is the Fourier transform of two windows, one as real, one as imaginary part', () => {
    const random = seededRandom(1);
    const samples = Float64Array.from({ length: HOP_SAMPLES + WINDOW_SAMPLES }, () => random() - 0.5);
    const [re, im] = [new Float64Array(FFT_SAMPLES), new Float64Array(FFT_SAMPLES)];
    transformTwo(samples, re, im);
    for (let k = 0; k < FFT_SAMPLES; k += 7) {
      let [a, b] = [0, 0];
      for (let n = 0; n < WINDOW_SAMPLES; n++) {
        const window = Math.sin((Math.PI * (n + 0.5)) / WINDOW_SAMPLES) ** 2;
        const x = window * (samples[n] ?? 0);
        const y = window * (samples[n + HOP_SAMPLES] ?? 0);
        const turn = (-2 * Math.PI * k * n) / FFT_SAMPLES;
        a += x * Math.cos(turn) - y * Math.sin(turn);
        b += x * Math.sin(turn) + y * Math.cos(turn);
      }
      expect(re[k]).toBeCloseTo(a, 9);
      expect(im[k]).toBeCloseTo(b, 9);
    }
  });
});
