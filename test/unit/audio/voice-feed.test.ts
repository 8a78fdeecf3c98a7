import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOICE_FRAME_BYTES, VoiceFeed, type VoiceFeedOptions } from '../../../src/audio/voice-feed.js';
import { InvalidStateError } from '../../../src/runtime/index.js';
import { type NoiseColour, noise, passThrough, talk } from './voice-signals.js';

const SAMPLES = VOICE_FRAME_BYTES / 2;
/** The sample speaks at this RMS level. */
const TALK_DBFS = -20;
/** Learning takes 2 s, a background louder than believed at first up to 6 s. */
const LEARNT_SECONDS = 7;

function frameOf(sampleAt: (n: number) => number, at = 0): Uint8Array {
  const samples = Int16Array.from({ length: SAMPLES }, (_, n) => Math.round(sampleAt(at * SAMPLES + n)));
  return new Uint8Array(samples.buffer);
}

const sine =
  (amplitude: number, step = 0.3) =>
  (n: number): number =>
    amplitude * Math.sin(n * step);

function samplesOf(frame: Uint8Array): Int16Array {
  return new Int16Array(frame.slice().buffer);
}

/** The samples of `frames` frames that went through. */
function feedFor(feed: VoiceFeed, sampleAt: (n: number) => number, frames: number, from = 0): Int16Array {
  const out = new Int16Array(frames * SAMPLES);
  for (let at = 0; at < frames; at++)
    out.set(samplesOf(feed.pass(frameOf(sampleAt, from + at))), at * SAMPLES);
  return out;
}

const largestStep = (samples: Int16Array): number =>
  samples.reduce(
    (most, value, n) => (n === 0 ? 0 : Math.max(most, Math.abs(value - (samples[n - 1] ?? 0)))),
    0,
  );

describe('VoiceFeed without a gate', () => {
  it('passes every sample as it is, and leaves what it was given alone', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 640, maxLength: 640 }), { maxLength: 5 }), (frames) => {
        const feed = new VoiceFeed({ gate: { by: 'off' } });
        for (const frame of frames) {
          const before = frame.slice();
          expect(feed.pass(frame).slice()).toEqual(before);
          expect(frame).toEqual(before);
        }
        expect(feed).toMatchObject({ frames: frames.length, openFrames: frames.length, clippedSamples: 0 });
      }),
      { numRuns: 20 },
    );
  });

  it('uses one piece of memory for all frames', () => {
    const feed = new VoiceFeed();
    expect(feed.pass(frameOf(sine(100)))).toBe(feed.pass(frameOf(sine(9000))));
  });

  it('amplifies by the gain, counts what it cuts, and never wraps around', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 40, noNaN: true }),
        fc.integer({ min: 1, max: 32_767 }),
        (gainDb, peak) => {
          const feed = new VoiceFeed({ gate: { by: 'off' }, gainDb });
          const given = frameOf((n) => (n % 2 === 0 ? peak : -peak));
          const got = samplesOf(feed.pass(given));
          const wanted = peak * 10 ** (gainDb / 20);
          expect(Math.abs((got[0] ?? 0) - Math.min(32_767, wanted))).toBeLessThanOrEqual(0.5);
          expect(got.every((value, n) => (n % 2 === 0 ? value >= 0 : value <= 0))).toBe(true);
          expect(feed.clippedSamples > 0).toBe(Math.round(wanted) > 32_767);
        },
      ),
    );
  });

  it('changes the gain without a click', () => {
    const feed = new VoiceFeed({ gate: { by: 'off' } });
    const before = feedFor(feed, () => 1000, 2);
    feed.gainDb = 12;
    const after = feedFor(feed, () => 1000, 2);
    expect(largestStep(Int16Array.from([...before, ...after]))).toBeLessThan(25);
    expect(after.at(-1)).toBe(3981);
  });

  it('refuses frames of another length and gains and thresholds that are none', () => {
    const feed = new VoiceFeed();
    expect(() => feed.pass(new Uint8Array(638))).toThrow(InvalidStateError);
    expect(() => new VoiceFeed({ gainDb: 41 })).toThrow(/-60 to 40 dB, got 41/);
    expect(() => {
      feed.gainDb = Number.NaN;
    }).toThrow(InvalidStateError);
    expect(() => new VoiceFeed({ gate: { by: 'fixed', thresholdDbfs: Number.NaN } })).toThrow(/threshold/);
    expect(feed.gainDb).toBe(0);
  });
});

describe('VoiceFeed with keys', () => {
  it('gives digital silence while muted and comes back, both without a click', () => {
    const feed = new VoiceFeed({ gate: { by: 'off' } });
    const heard = feedFor(feed, () => 8000, 3);
    feed.isMuted = true;
    const muted = feedFor(feed, () => 8000, 3);
    feed.isMuted = false;
    const again = feedFor(feed, () => 8000, 3);
    expect(heard.every((value) => value === 8000)).toBe(true);
    expect(muted.subarray(SAMPLES).every((value) => value === 0)).toBe(true);
    expect(again.subarray(SAMPLES).every((value) => value === 8000)).toBe(true);
    expect(largestStep(Int16Array.from([...heard, ...muted, ...again]))).toBeLessThanOrEqual(251);
    expect(feed.openFrames).toBe(6);
  });

  it('lets push-to-talk through only while the key is held, whatever the level', () => {
    const feed = new VoiceFeed({ gate: { by: 'push-to-talk' } });
    expect(feedFor(feed, sine(20_000), 5).every((value) => value === 0)).toBe(true);
    feed.isTalking = true;
    expect(feedFor(feed, () => 1, 2).subarray(SAMPLES)).toEqual(new Int16Array(SAMPLES).fill(1));
    feed.isTalking = false;
    expect(
      feedFor(feed, sine(20_000), 2)
        .subarray(SAMPLES)
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('begins muted when told so', () => {
    const feed = new VoiceFeed({ gate: { by: 'off' }, isMuted: true });
    expect(feedFor(feed, sine(20_000), 1).every((value) => value === 0)).toBe(true);
  });
});

describe('VoiceFeed meter', () => {
  it('shows the loudest since the last look, after the gain, muted or not', () => {
    const feed = new VoiceFeed({ gate: { by: 'off' }, gainDb: 6, isMuted: true });
    feed.pass(frameOf((n) => (n % 2 === 0 ? 8192 : -8192)));
    feed.pass(frameOf(() => 0));
    const meter = feed.meter();
    expect(meter).toMatchObject({ isOpen: false, isMuted: true, gainDb: 6, thresholdDbfs: undefined });
    expect(meter.levelDbfs).toBeCloseTo(-12.04 + 6, 1);
    expect(meter.peakDbfs).toBeCloseTo(-12.04 + 6, 1);
    expect(feed.meter()).toMatchObject({ levelDbfs: -120, peakDbfs: -120 });
  });

  it('tells the background it believes and what opens the gate', () => {
    const feed = new VoiceFeed();
    expect(feed.meter()).toMatchObject({ floorDbfs: undefined, thresholdDbfs: undefined });
    passThrough(feed, new Float64Array(16_000 * 8), noise('white', 16_000 * 8, -60), 0);
    const { floorDbfs, thresholdDbfs } = feed.meter();
    expect(floorDbfs).toBeGreaterThan(-63);
    expect(floorDbfs).toBeLessThan(-59);
    expect((thresholdDbfs ?? 0) - (floorDbfs ?? 0)).toBe(9);
  });
});

describe('VoiceFeed with a fixed threshold', () => {
  const fixed = (thresholdDbfs: number, gainDb = 0): VoiceFeed =>
    new VoiceFeed({ gate: { by: 'fixed', thresholdDbfs }, gainDb });

  it('opens above the threshold as the meter shows it, holds 300 ms and closes', () => {
    const feed = fixed(-40);
    const amplitude = (dbfs: number): number => 32_768 * 10 ** (dbfs / 20) * Math.SQRT2;
    expect(feedFor(feed, sine(amplitude(-41)), 10).every((value) => value === 0)).toBe(true);
    expect(feedFor(feed, sine(amplitude(-39)), 1).some((value) => value !== 0)).toBe(true);
    feedFor(feed, () => 0, 15);
    expect(feed.isOpen).toBe(true);
    feedFor(feed, () => 0, 1);
    expect(feed.isOpen).toBe(false);
    expect(feed.openFrames).toBe(16);
  });

  it('stays open 3 dB below it', () => {
    const feed = fixed(-40);
    feedFor(feed, sine(464 * 1.2), 1);
    feedFor(feed, sine(464 * 0.75), 100);
    expect(feed.isOpen).toBe(true);
    feedFor(feed, sine(464 * 0.65), 100);
    expect(feed.isOpen).toBe(false);
  });

  it('compares after the gain', () => {
    const quiet = sine(150);
    expect(feedFor(fixed(-40), quiet, 3).some((value) => value !== 0)).toBe(false);
    expect(feedFor(fixed(-40, 20), quiet, 3).some((value) => value !== 0)).toBe(true);
  });

  it('opens at the beginning of the frame, within 2 ms and without a click', () => {
    const feed = fixed(-40);
    const heard = feedFor(feed, () => 8000, 1);
    expect(largestStep(heard)).toBeLessThanOrEqual(250);
    expect(heard.subarray(32).every((value) => value === 8000)).toBe(true);
  });
});

describe('VoiceFeed that finds the background by itself', () => {
  const through = (
    speechGainDb: number,
    colour: NoiseColour,
    belowSpeechDb: number,
    options: VoiceFeedOptions = {},
    fromSeconds = LEARNT_SECONDS,
  ) => {
    const clean = talk(3, speechGainDb);
    const background = noise(colour, clean.length, TALK_DBFS + speechGainDb - belowSpeechDb);
    return passThrough(new VoiceFeed(options), clean, background, fromSeconds);
  };
  const colours: readonly NoiseColour[] = ['white', 'pink', 'brown', 'fan', 'hum'];

  it.each(colours)('passes speech and stops %s noise 30 dB below it', (colour) => {
    const { speechPercent, noisePercent, onsetLossMs } = through(0, colour, 30);
    expect(speechPercent).toBeGreaterThan(99.8);
    expect(noisePercent).toBeLessThan(0.5);
    expect(onsetLossMs.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...onsetLossMs)).toBeLessThanOrEqual(10);
  });

  it.each(colours)(
    'passes speech and stops %s noise 20 dB below it, with a consonant cut at most',
    (colour) => {
      const { speechPercent, noisePercent, onsetLossMs } = through(-10, colour, 20);
      expect(speechPercent).toBeGreaterThan(98.5);
      expect(noisePercent).toBeLessThan(2);
      expect(Math.max(...onsetLossMs)).toBeLessThanOrEqual(40);
    },
  );

  it.each([0, 20])('passes a very quiet microphone, gain %d dB', (gainDb) => {
    const { speechPercent, noisePercent, onsetLossMs } = through(-40, 'pink', 20, { gainDb });
    expect(speechPercent).toBeGreaterThan(98.5);
    expect(noisePercent).toBeLessThan(2);
    expect(Math.max(...onsetLossMs)).toBeLessThanOrEqual(40);
  });

  it.each([
    ['quiet', -30],
    ['normal', -10],
    ['loud', 0],
  ])('does not take %s speech that is there from the first frame for background', (_, gainDb) => {
    // Without the pauses: it is spoken on and on.
    const clean = talk(4, gainDb, 0).subarray(1600);
    const background = noise('pink', clean.length, TALK_DBFS + gainDb - 30);
    expect(passThrough(new VoiceFeed(), clean, background, 0).speechPercent).toBeGreaterThan(98);
  });

  it.each(colours)(
    'stops %s noise alone from the start where it is quiet, within 6 s where it is loud',
    (colour) => {
      const silence = new Float64Array(16_000 * 20);
      for (const levelDbfs of [-75, -60, -50]) {
        const { noisePercent } = passThrough(
          new VoiceFeed(),
          silence,
          noise(colour, silence.length, levelDbfs),
          1,
        );
        expect(noisePercent, `${levelDbfs} dBFS`).toBeLessThan(levelDbfs < -55 ? 1 : 8);
      }
      const loud = passThrough(new VoiceFeed(), silence, noise(colour, silence.length, -45), LEARNT_SECONDS);
      expect(loud.noisePercent).toBeLessThan(2);
    },
  );

  it('follows a fan that is switched on, and one that is switched off', () => {
    const quiet = noise('pink', 16_000 * 20, -70);
    const louder = noise('pink', 16_000 * 20, -50, 2);
    const background = Float64Array.from([...quiet, ...louder, ...quiet]);
    const clean = new Float64Array(background.length);
    const speech = talk(1, -15).subarray(0, 16_000 * 6);
    // While the fan blows, and after it.
    clean.set(speech, 16_000 * 30);
    clean.set(speech, 16_000 * 48);
    const feed = new VoiceFeed();
    expect(passThrough(feed, clean.subarray(0, 16_000 * 20), quiet, 2).noisePercent).toBeLessThan(1);
    const on = passThrough(feed, clean.subarray(16_000 * 20, 16_000 * 40), louder, 7);
    expect(on.noisePercent).toBeLessThan(2);
    expect(on.speechPercent).toBeGreaterThan(98.5);
    expect(passThrough(feed, clean.subarray(16_000 * 40), quiet, 0).speechPercent).toBeGreaterThan(99);
  });

  it('always passes what is louder than -35 dBFS, a held note and music', () => {
    const note = sine(32_768 * 10 ** (-33 / 20) * Math.SQRT2, 0.11);
    const feed = new VoiceFeed();
    feedFor(feed, note, 1500);
    expect(feed.openFrames).toBe(1500);
    const chords = (n: number): number =>
      [1, 1.26, 1.5].reduce((sum, ratio) => sum + Math.sin(n * 0.09 * ratio), 0) *
      2000 *
      Math.exp(-(n % 8000) / 12_000);
    const music = new VoiceFeed();
    feedFor(music, chords, 1500);
    expect(music.openFrames).toBe(1500);
  });

  it('keeps digital silence shut and passes speech that follows at once', () => {
    const feed = new VoiceFeed();
    const silence = new Float64Array(16_000 * 10);
    expect(passThrough(feed, silence, silence, 0).noisePercent).toBe(0);
    const clean = talk(2, 0);
    expect(passThrough(feed, clean, new Float64Array(clean.length), 0).speechPercent).toBeGreaterThan(99.9);
  });

  it('does not unlearn the room for a short dropout', () => {
    const background = noise('white', 16_000 * 20, -48);
    background.fill(0, 16_000 * 10, 16_000 * 10.4);
    const silence = new Float64Array(background.length);
    expect(passThrough(new VoiceFeed(), silence, background, LEARNT_SECONDS).noisePercent).toBe(0);
  });

  it('learns anew for another microphone', () => {
    const feed = new VoiceFeed();
    passThrough(feed, new Float64Array(16_000 * 8), noise('white', 16_000 * 8, -50), 0);
    feed.relearn();
    expect(feed.meter().floorDbfs).toBeUndefined();
    expect(feed.frames).toBe(400);
  });
});
