import { describe, expect, it } from 'vitest';
import {
  alignWords,
  Posteriors,
  SoundMouth,
  TextMouth,
  type TimedPhoneme,
} from '../../../../src/lipsync/index.js';
import { hum, music, noise, organ, pcmOf, pinkNoise, tone, typing } from './sounds.js';
import { accuracyOf, framesOf, SPOKEN, type SpokenUtterance, soundOf, toldOf, wordsOf } from './spoken.js';

/** A little below what was measured when the weights were committed, so that they fail when lips become worse. */
const BARS = { ja: { sound: 0.85, text: 0.9 }, en: { sound: 0.75, text: 0.88 }, music: 0.8 } as const;

/** Share of the time in which the mouth is told to be closed. */
function closedShare(told: readonly TimedPhoneme[]): number {
  const closedMs = told
    .filter(({ phoneme }) => phoneme === 'sil')
    .reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  return closedMs / (told.at(-1)?.endMs ?? 1);
}

function heardOf(pcm: Uint8Array): Posteriors {
  const posteriors = new Posteriors();
  posteriors.push(pcm);
  posteriors.end();
  return posteriors;
}

/** The mean over the sentences of one language. */
function meanAccuracy(
  language: SpokenUtterance['lang'],
  tell: (one: SpokenUtterance) => readonly TimedPhoneme[],
): number {
  const spoken = SPOKEN.filter(({ lang }) => lang === language);
  return spoken.reduce((sum, one) => sum + accuracyOf(one, tell(one)), 0) / spoken.length;
}

/** The same sound so many times as loud; clipped where it does not fit. */
function louder(pcm: Uint8Array, gainDb: number): Uint8Array {
  const samples = new Int16Array(pcm.slice().buffer);
  return pcmOf(Float64Array.from(samples, (value) => (value / 32_768) * 10 ** (gainDb / 20)));
}

describe('Accuracy on spoken sentences that were in no training', () => {
  it.each([
    ['ja', BARS.ja.sound],
    ['en', BARS.en.sound],
  ] as const)('from sound alone: %s at least %f', (language, least) => {
    expect(meanAccuracy(language, (one) => toldOf(new SoundMouth(), soundOf(one)))).toBeGreaterThan(least);
  });

  it.each([
    ['ja', BARS.ja.text],
    ['en', BARS.en.text],
  ] as const)('from text and sound, as it comes and afterwards: %s at least %f', (language, least) => {
    const streamed = (one: SpokenUtterance) => toldOf(new TextMouth({ words: wordsOf(one) }), soundOf(one));
    const whole = (one: SpokenUtterance) => alignWords(heardOf(soundOf(one)), wordsOf(one)).phonemes;
    expect(meanAccuracy(language, streamed)).toBeGreaterThan(least);
    expect(meanAccuracy(language, whole)).toBeGreaterThan(least);
  });

  it.each([-30, -15, 6])('does not mind %i dB of gain', (gainDb) => {
    const accuracies = SPOKEN.map((one) => [
      accuracyOf(one, toldOf(new SoundMouth(), soundOf(one))),
      accuracyOf(one, toldOf(new SoundMouth(), louder(soundOf(one), gainDb))),
    ]);
    const change = accuracies.reduce((sum, [plain = 0, changed = 0]) => sum + changed - plain, 0);
    // A point on hours of speech; these are seconds.
    expect(Math.abs(change / SPOKEN.length)).toBeLessThan(0.02);
  });
});

describe('A text and a sound', () => {
  it.each(SPOKEN)('are known to belong together, or not: $id', (one) => {
    const heard = heardOf(soundOf(one));
    expect(alignWords(heard, wordsOf(one)).isReliable).toBe(true);
    for (const other of SPOKEN) {
      if (other === one) continue;
      expect(alignWords(heard, wordsOf(other)).isReliable, other.id).toBe(false);
      const mouth = new TextMouth({ words: wordsOf(other) });
      const told = toldOf(mouth, soundOf(one));
      expect(mouth.isLost, other.id).toBe(true);
      // It went on with what the sound alone tells.
      expect(framesOf(told).slice(-60)).toEqual(framesOf(toldOf(new SoundMouth(), soundOf(one))).slice(-60));
    }
    const mouth = new TextMouth({ words: wordsOf(one) });
    toldOf(mouth, soundOf(one));
    expect(mouth.isLost).toBe(false);
  });

  it('may come one after the other: words that are appended while it sounds', () => {
    const [one] = SPOKEN;
    if (one === undefined) throw new Error('expected spoken fixtures, got none');
    const words = wordsOf(one);
    const pcm = soundOf(one);
    const mouth = new TextMouth({ words: words.slice(0, 8) });
    const told = [...mouth.push(pcm.subarray(0, 32 * 400))];
    mouth.append(words.slice(8));
    told.push(...mouth.push(pcm.subarray(32 * 400)), ...mouth.end());
    expect(told).toEqual(toldOf(new TextMouth({ words }), pcm));
  });
});

describe('The mouth stays closed', () => {
  const SECONDS = 5;
  const MS = 1000 * SECONDS;
  it.each([
    ['silence', new Uint8Array(32 * MS), 0.99],
    ['white noise of -40 dBFS', noise(MS, -40, 1), 0.99],
    ['white noise of -60 dBFS', noise(MS, -60, 2), 0.99],
    ['pink noise of -40 dBFS', pinkNoise(MS, -40, 3), 0.99],
    ['50 Hz hum', hum(MS, 50, -34), 0.99],
    ['60 Hz hum', hum(MS, 60, -30), 0.99],
    ['a pure 50 Hz tone', tone(MS, 50, -20), 0.99],
    ['an organ', organ(MS, -20), 0.95],
    ['typing', typing(MS, -30, 1), 0.95],
    ['music', music(MS, -20, 1), BARS.music],
    ['other music', music(MS, -26, 2), BARS.music],
  ] as const)('for %s', (_, pcm, least) => {
    expect(closedShare(toldOf(new SoundMouth(), pcm))).toBeGreaterThanOrEqual(least);
  });
});
