import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameTimes } from '../../../src/hearing/frame-times.js';
import { PauseLearner } from '../../../src/hearing/pause-learner.js';
import { SoundTimes } from '../../../src/hearing/sound-times.js';
import { UtteranceSound } from '../../../src/hearing/utterance-sound.js';
import { VoiceShape } from '../../../src/hearing/voice-shape.js';
import { seededRandom } from '../../../src/runtime/index.js';
import { readAll } from './tracker-rig.js';

describe('PauseLearner', () => {
  const learner = (fixed?: number): PauseLearner => new PauseLearner({ min: 300, max: 3000, fixed });

  it('asks for about half a second before it knows the speaker', () => {
    expect(learner().requiredMs).toBeCloseTo(504);
  });

  it('comes down to the shortest for a speaker who hardly pauses', () => {
    const pauses = learner();
    for (let count = 0; count < 24; count++) pauses.add(160);
    expect(pauses.requiredMs).toBe(300);
  });

  it('waits longer than nearly all pauses of a slow speaker', () => {
    const pauses = learner();
    for (let count = 0; count < 24; count++) pauses.add(600 + 20 * count);
    expect(pauses.requiredMs).toBeGreaterThan(960);
    expect(pauses.requiredMs).toBeLessThan(1260);
  });

  it('is not slowed down by one long search for a word', () => {
    const pauses = learner();
    for (let count = 0; count < 20; count++) pauses.add(200);
    pauses.add(9000);
    expect(pauses.requiredMs).toBe(300);
  });

  it('stays within its limits, whatever it hears, and at the fixed pause where one is set', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true })), (heard) => {
        const [free, fixed] = [learner(), learner(500)];
        for (const pauseMs of heard) {
          free.add(pauseMs);
          fixed.add(pauseMs);
        }
        expect(free.requiredMs).toBeGreaterThanOrEqual(300);
        expect(free.requiredMs).toBeLessThanOrEqual(3000);
        expect(fixed.requiredMs).toBe(500);
      }),
    );
  });
});

describe('FrameTimes', () => {
  it('takes exact times as they are', () => {
    const times = new FrameTimes(20);
    for (let frame = 1; frame <= 100; frame++) {
      expect(times.next(frame * 20)).toBe(frame > 1);
      expect(times.endMs).toBe(frame * 20);
    }
  });

  it('finds the times of frames that come in bunches of 120 ms', () => {
    const times = new FrameTimes(20);
    for (let frame = 1; frame <= 600; frame++) {
      times.next(Math.ceil(frame / 6) * 120);
      if (frame > 100) expect(Math.abs(times.endMs - frame * 20)).toBeLessThan(12);
    }
  });

  it('follows a clock that drifts, and a stall of the machine not at all', () => {
    const times = new FrameTimes(20);
    for (let frame = 1; frame <= 10_000; frame++) times.next(frame * 20.004 + (frame % 500 === 0 ? 200 : 0));
    expect(Math.abs(times.endMs - 200_040)).toBeLessThan(10);
  });

  it('tells when frames are missing', () => {
    const times = new FrameTimes(20);
    times.next(20);
    expect(times.next(1000)).toBe(false);
    expect(times.endMs).toBe(1000);
  });

  it('never goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e5, noNaN: true })), (captured) => {
        const times = new FrameTimes(20);
        let lastMs = Number.NEGATIVE_INFINITY;
        for (const capturedAtMs of captured) {
          times.next(capturedAtMs);
          expect(times.endMs).toBeGreaterThan(lastMs - 1e-9);
          lastMs = times.endMs;
        }
      }),
    );
  });
});

describe('SoundTimes', () => {
  it('knows stretches, their tails, and one without an end', () => {
    const times = new SoundTimes();
    times.add(100, 200);
    times.add(200, 300);
    expect([50, 100, 250, 310, 350].map((atMs) => times.isSounding(atMs, 20))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    times.add(1000, Number.POSITIVE_INFINITY);
    expect(times.isSounding(99_000, 0)).toBe(true);
    times.add(99_100, 99_100);
    expect(times.isSounding(99_200, 300)).toBe(true);
    expect(times.isSounding(99_500, 300)).toBe(false);
  });

  it('forgets what was stopped', () => {
    const times = new SoundTimes();
    times.add(100, 5000);
    times.add(6000, 7000);
    times.stop(1000);
    expect([900, 1100, 6500].map((atMs) => times.isSounding(atMs, 0))).toEqual([true, false, false]);
  });
});

describe('VoiceShape', () => {
  const random = seededRandom(3);
  const tone = (hz: number, fallDb: number) => (n: number) =>
    [1, 2, 3].reduce((sum, k) => sum + Math.sin((2 * Math.PI * hz * k * n) / 16_000) / k, 0) *
    3000 *
    10 ** ((-fallDb * n) / 320 / 20);
  const hiss = (fallDb: number) => (n: number) =>
    (random() * 2 - 1) * 5000 * 10 ** ((-fallDb * n) / 320 / 20);
  const hit = (n: number) => (random() * 2 - 1) * 20_000 * Math.exp(-((n % 640) / 60));
  /** Of 20 frames, the part that has the shape of a voice. */
  const share = (sample: (n: number) => number): number => {
    const shape = new VoiceShape();
    let count = 0;
    for (let frame = 0; frame < 22; frame++) {
      shape.measure(Int16Array.from({ length: 320 }, (_, n) => sample(frame * 320 + n)));
      if (frame >= 2 && (shape.isPitched || shape.isEven)) count++;
    }
    return count / 20;
  };

  it.each([85, 120, 210, 320, 420])('knows a pitch of %d Hz', (hz) => expect(share(tone(hz, 0))).toBe(1));
  it('knows a hiss that keeps its level', () => expect(share(hiss(0))).toBeGreaterThan(0.6));
  it('takes no tone that rings on for a voice', () => expect(share(tone(200, 4))).toBeLessThan(0.3));
  it('takes no hiss that dies away for a voice', () => expect(share(hiss(4))).toBeLessThan(0.3));
  it('takes no hits for a voice', () => expect(share(hit)).toBeLessThan(0.3));
});

describe('UtteranceSound', () => {
  it('gives every reader all of it from the beginning, whenever it comes', async () => {
    const sound = new UtteranceSound();
    const early = readAll(sound.stream());
    const pieces = Array.from({ length: 300 }, (_, at) => new Uint8Array(640).fill(at));
    for (const piece of pieces.slice(0, 150)) sound.keep(piece);
    sound.tell(1000);
    const middle = readAll(sound.stream());
    await Promise.resolve();
    for (const piece of pieces.slice(150)) sound.keep(piece);
    sound.tell(Number.POSITIVE_INFINITY);
    sound.end();
    const whole = Buffer.concat(pieces);
    for (const read of [await early, await middle, await readAll(sound.stream()), sound.pcm()])
      expect(Buffer.compare(read, whole)).toBe(0);
  });

  it('gives nobody what was not told', async () => {
    const sound = new UtteranceSound();
    sound.keep(new Uint8Array([1, 2, 3, 4]));
    sound.tell(2);
    expect([...sound.untold()]).toEqual([3, 4]);
    sound.end();
    expect([...(await readAll(sound.stream()))]).toEqual([1, 2]);
    expect([...sound.pcm()]).toEqual([1, 2]);
  });

  it('is not changed through what it gave', () => {
    const sound = new UtteranceSound();
    sound.keep(new Uint8Array([1, 2]));
    sound.tell(2);
    sound.pcm().fill(9);
    expect([...sound.pcm()]).toEqual([1, 2]);
  });
});
