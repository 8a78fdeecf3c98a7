import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOwnVoice, withoutOwnVoice } from '../../../src/turns/index.js';
import { anyText } from '../../support/any-text.js';

const SPOKEN_JA = '今日は名古屋で晴れ、最高気温は二十八度の見込みです。';
const SPOKEN_EN = "It's going to be sunny in Nagoya today, with a high of twenty eight degrees.";

describe('isOwnVoice', () => {
  it.each([
    '今日は名古屋で晴れ最高気温は二十八度の見込みです',
    '名古屋で晴れ、最高気温は',
    '今日わ名古屋で晴れ最高気温わ二十八度',
    '晴れ、最高気温は28度の見込みです。',
  ])('knows what the avatar said, as recognizers write it: %s', (heard) => {
    expect(isOwnVoice(heard, SPOKEN_JA)).toBe(true);
  });

  it.each([
    'its going to be sunny in nagoya today',
    'It is going to be sunny in Nagoya.',
    'sunny in Nagoya today with a hi of 28 degrees',
    'to be sunny in Nagoya to day',
  ])('knows what the avatar said in English: %s', (heard) => {
    expect(isOwnVoice(heard, SPOKEN_EN)).toBe(true);
  });

  it.each([
    '明日の大阪はどう',
    '傘はいりますか',
    'ありがとう',
    'what about tomorrow in Osaka',
    'thank you',
    '',
    '。',
  ])('does not take the user for it: %s', (heard) => {
    expect(isOwnVoice(heard, `${SPOKEN_JA}${SPOKEN_EN}`)).toBe(false);
  });

  it('takes an answer in the words of the question for an answer', () => {
    const times = { spokenFromMs: 0, spokenToMs: 3000 };
    const question = 'カレーとラーメン、どっちがいい？';
    expect(isOwnVoice('カレー', question, { ...times, heardAtMs: 3700 })).toBe(false);
    expect(isOwnVoice('カレー', question, { ...times, heardAtMs: 2900 })).toBe(true);
  });

  it('knows no echo before it was spoken or long after', () => {
    const times = { spokenFromMs: 1000, spokenToMs: 4000 };
    const heard = '名古屋で晴れ、最高気温は二十八度';
    expect(isOwnVoice(heard, SPOKEN_JA, { ...times, heardAtMs: 900 })).toBe(false);
    expect(isOwnVoice(heard, SPOKEN_JA, { ...times, heardAtMs: 5500 })).toBe(true);
    expect(isOwnVoice(heard, SPOKEN_JA, { ...times, heardAtMs: 5501 })).toBe(false);
    expect(isOwnVoice(heard, SPOKEN_JA, { ...times, heardAtMs: 5501, windowMs: 3000 })).toBe(true);
  });

  it('compares by reading where one is given', () => {
    const readings: Readonly<Record<string, string>> = {
      今日は良い天気: 'きょうはよいてんき',
      きょうはよいてんき: 'きょうはよいてんき',
    };
    expect(isOwnVoice('きょうはよいてんき', '今日は良い天気')).toBe(false);
    const readingOf = (text: string) => readings[text] ?? text;
    expect(isOwnVoice('きょうはよいてんき', '今日は良い天気', { readingOf })).toBe(true);
  });

  it('takes the share that is asked for', () => {
    expect(isOwnVoice('名古屋で晴れ、でも私は', SPOKEN_JA, { overlap: 0.3 })).toBe(true);
    expect(isOwnVoice('名古屋で晴れ、でも私は', SPOKEN_JA, { overlap: 0.9 })).toBe(false);
  });

  it('knows every text for itself', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(isOwnVoice(text, text)).toBe(/[\p{L}\p{N}]/u.test(text.normalize('NFKC')));
      }),
    );
  });
});

describe('withoutOwnVoice', () => {
  it.each([
    ['名古屋で晴れ、最高気温は 明日は？', '明日は？'],
    ['最高気温わ二十八度の見込みです。ありがとう', 'ありがとう'],
    ['今日は名古屋で晴れ', ''],
    ['名古屋で晴れ最高気温は28度', ''],
    ['明日はどうなの', '明日はどうなの'],
    ['', ''],
  ])('leaves of %j what the user said: %j', (heard, left) => {
    expect(withoutOwnVoice(heard, SPOKEN_JA)).toBe(left);
  });

  it.each([
    ['sunny in Nagoya today what about tomorrow', 'what about tomorrow'],
    ["it's going to be sunny in nagoya. Stop!", 'Stop!'],
    ['what about tomorrow', 'what about tomorrow'],
    ['its', 'its'],
    ['sunny in Nagoya today with a hi of 28 degrees', ''],
    ['sunny in Nagoya today with a high of 28', ''],
  ])('leaves of %j what the user said: %j', (heard, left) => {
    expect(withoutOwnVoice(heard, SPOKEN_EN)).toBe(left);
  });

  it('gives the end of the text it was given, always', () => {
    fc.assert(
      fc.property(anyText, anyText, (heard, spoken) => {
        expect(
          heard.endsWith(withoutOwnVoice(heard, spoken)) ||
            heard.trim().endsWith(withoutOwnVoice(heard, spoken)),
        ).toBe(true);
      }),
    );
  });
});
