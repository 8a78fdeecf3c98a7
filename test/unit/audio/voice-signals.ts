import { readFileSync } from 'node:fs';
import { VOICE_FRAME_BYTES, type VoiceFeed } from '../../../src/audio/voice-feed.js';
import { type Random, seededRandom } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';

const SAMPLES = VOICE_FRAME_BYTES / 2;
/** What is this far below the loudest frame of the clean speech is no part of a word. */
const SPEECH_BELOW_PEAK_DB = 40;
/** The gate holds for 300 ms, then closes. */
const AFTER_SPEECH_FRAMES = 17;

export type NoiseColour = 'white' | 'pink' | 'brown' | 'fan' | 'hum';

/** The committed sample of speech, 16 kHz mono, 5.9 s, with a peak of -3 dBFS. */
export function speechSample(): Int16Array {
  const file = readFileSync(fixturePath('speech-sample.wav'));
  const at = file.indexOf('data') + 8;
  return Int16Array.from({ length: (file.length - at) >> 1 }, (_, n) => file.readInt16LE(at + 2 * n));
}

/** Speech as it is spoken: the sample, a pause, and again. */
export function talk(repeats: number, gainDb: number, pauseSeconds = 2): Float64Array {
  const sample = speechSample();
  const turn = sample.length + pauseSeconds * 16_000;
  const factor = 10 ** (gainDb / 20);
  const out = new Float64Array(turn * repeats);
  for (let n = 0; n < out.length; n++) out[n] = (sample[n % turn] ?? 0) * factor;
  return out;
}

/** Making it takes most of the time of these tests. */
const made = new Map<string, Float64Array>();

/** Steady noise with this RMS level. */
export function noise(colour: NoiseColour, samples: number, levelDbfs: number, seed = 1): Float64Array {
  const key = [colour, samples, seed].join();
  const random = seededRandom(seed);
  const noise = made.get(key) ?? colours[colour](samples, () => gauss(random));
  made.set(key, noise);
  const scale = (32_768 * 10 ** (levelDbfs / 20)) / Math.sqrt(meanSquare(noise));
  return noise.map((value) => value * scale);
}

const colours: Record<NoiseColour, (samples: number, white: () => number) => Float64Array> = {
  white: (samples, white) => new Float64Array(samples).map(white),
  pink: (samples, white) => {
    let [slow, middle, fast] = [0, 0, 0];
    return new Float64Array(samples).map(() => {
      const next = white();
      slow = 0.99765 * slow + next * 0.099046;
      middle = 0.963 * middle + next * 0.2965164;
      fast = 0.57 * fast + next * 1.0526913;
      return slow + middle + fast + next * 0.1848;
    });
  },
  brown: (samples, white) => filtered(samples, white, 0.995),
  // Blades that pass seven times a second.
  fan: (samples, white) =>
    filtered(samples, white, 0.98).map(
      (value, n) => value * (1 + 0.3 * Math.sin((2 * Math.PI * 7 * n) / 16_000)),
    ),
  hum: (samples, white) =>
    new Float64Array(samples).map((_, n) => {
      let sum = 0.05 * white();
      for (let harmonic = 1; harmonic < 8; harmonic++)
        sum += Math.sin((2 * Math.PI * 50 * harmonic * n) / 16_000 + harmonic) / harmonic;
      return sum;
    }),
};

export interface Passed {
  /** Of the frames in words, percent. */
  readonly speechPercent: number;
  /** Of the frames that are no part of words nor within the hold behind them, percent. */
  readonly noisePercent: number;
  /** How much of a word's beginning after a pause was cut, milliseconds: each pause one. */
  readonly onsetLossMs: readonly number[];
}

/** Sends speech with noise through and compares with where the clean speech is. */
export function passThrough(
  feed: VoiceFeed,
  clean: Float64Array,
  background: Float64Array,
  fromSeconds: number,
): Passed {
  const frames = Math.floor(clean.length / SAMPLES);
  const isOpen: boolean[] = [];
  const frame = new Uint8Array(VOICE_FRAME_BYTES);
  const view = new DataView(frame.buffer);
  for (let at = 0; at < frames; at++) {
    for (let n = 0; n < SAMPLES; n++) {
      const value = (clean[at * SAMPLES + n] ?? 0) + (background[at * SAMPLES + n] ?? 0);
      view.setInt16(n * 2, Math.max(-32_768, Math.min(32_767, Math.round(value))), true);
    }
    feed.pass(frame);
    isOpen.push(feed.isOpen);
  }
  return compare(clean, isOpen, fromSeconds * 50);
}

function compare(clean: Float64Array, isOpen: readonly boolean[], fromFrame: number): Passed {
  const levels = isOpen.map((_, at) => levelDb(clean.subarray(at * SAMPLES, (at + 1) * SAMPLES)));
  const peakDb = Math.max(...levels);
  // Without speech nothing is a word.
  const wordDb = peakDb < -100 ? 0 : peakDb - SPEECH_BELOW_PEAK_DB;
  const seen = { speech: 0, speechOpen: 0, noise: 0, noiseOpen: 0 };
  const onsetLossMs: number[] = [];
  let quietFrames = 0;
  for (const [at, level] of levels.entries()) {
    const isWord = level > wordDb;
    if (isWord && quietFrames >= AFTER_SPEECH_FRAMES && at >= fromFrame)
      onsetLossMs.push(onsetLoss(clean, isOpen, at, wordDb));
    quietFrames = isWord ? 0 : quietFrames + 1;
    if (at < fromFrame) continue;
    const open = isOpen[at] === true ? 1 : 0;
    if (isWord) {
      seen.speech++;
      seen.speechOpen += open;
    } else if (quietFrames > AFTER_SPEECH_FRAMES) {
      seen.noise++;
      seen.noiseOpen += open;
    }
  }
  return {
    speechPercent: (100 * seen.speechOpen) / seen.speech,
    noisePercent: (100 * seen.noiseOpen) / seen.noise,
    onsetLossMs,
  };
}

/** From the first 5 ms that belong to the word to the frame that opened. */
function onsetLoss(clean: Float64Array, isOpen: readonly boolean[], at: number, wordDb: number): number {
  let onset = (at - 2) * SAMPLES;
  while (levelDb(clean.subarray(onset, onset + 80)) <= wordDb) onset += 80;
  let opened = at - 2;
  while (opened < isOpen.length && isOpen[opened] !== true) opened++;
  return Math.max(0, opened * 20 - onset / 16);
}

function filtered(samples: number, white: () => number, pole: number): Float64Array {
  let value = 0;
  return new Float64Array(samples).map(() => {
    value = pole * value + white();
    return value;
  });
}

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

function meanSquare(samples: Float64Array): number {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return sum / samples.length;
}

function levelDb(samples: Float64Array): number {
  return 10 * Math.log10(meanSquare(samples) / 32_768 ** 2 + 1e-12);
}
