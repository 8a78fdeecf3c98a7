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

  const FISH_EN = 'Sharks are fish. They have no bones, and some of them live for four hundred years.';
  it.each([
    // behind the echo
    ['they have no bones and some wait a minute', 'wait a minute'],
    ['some of them live for four what about whales', 'what about whales'],
    ['Sharks are fish they have no bones. Do whales have bones?', 'Do whales have bones?'],
    ['some of them live for four hundred years really', 'really'],
    // before it
    ['wait a minute they have no bones', 'wait a minute'],
    ['Stop! Sharks are fish. They have no bones', 'Stop!'],
    ['can you tell me about whales and some of them live', 'can you tell me about whales'],
    ['no they have no bones and some of them', 'no'],
    // between
    ['sharks are fish hang on a second some of them live for four', 'hang on a second'],
    // on both sides
    ['please stop they have no bones tell me a joke', 'please stop tell me a joke'],
    // most of it the user's
    ['what do you think about dolphins then have no bones and some', 'what do you think about dolphins then'],
    // words that both say
    ['what are years of four hundred', 'what are years of four hundred'],
    ['do sharks have bones', 'do sharks have bones'],
    ['how old are sharks then', 'how old are sharks then'],
    ['they have no bones and some of them live sharks?', 'sharks?'],
  ])('leaves of %j what the user said over the avatar: %j', (heard, left) => {
    expect(withoutOwnVoice(heard, FISH_EN)).toBe(left);
  });

  const FISH_JA = 'サメは魚の仲間です。骨が軟らかくて、四百年生きるものもいます。';
  it.each([
    ['骨が軟らかくて四百年ちょっと待って', 'ちょっと待って'],
    ['サメは魚の仲間です。クジラはどうなの？', 'クジラはどうなの？'],
    ['ちょっと待って骨が軟らかくて四百年', 'ちょっと待って'],
    ['やめて。サメは魚の仲間です', 'やめて。'],
    ['クジラの話をしてくれない？骨が軟らかくて', 'クジラの話をしてくれない？'],
    ['サメは魚の仲間です待って待って四百年生きるもの', '待って待って'],
    ['ねえねえサメは魚の仲間です別の話にして', 'ねえねえ 別の話にして'],
    ['さめは魚の仲間です、イルカは？', 'イルカは？'],
    ['骨が軟らかくて四百年 サメ？', 'サメ？'],
    ['骨が軟らかくて、400年生きるものもいますへえ', 'へえ'],
    ['サメって魚なの', 'サメって魚なの'],
    ['骨はあるの', '骨はあるの'],
    ['四百年も', '四百年も'],
    ['クジラも魚の仲間なの', 'クジラも魚の仲間なの'],
    ['四百年生きるものもいまし', ''],
    ['骨が軟らかくて四百年は', ''],
    ['サメわ魚の仲間です骨が軟らかくて', ''],
  ])('leaves of %j what the user said over the avatar: %j', (heard, left) => {
    expect(withoutOwnVoice(heard, FISH_JA)).toBe(left);
  });

  it('leaves all of what began when the avatar had been silent for a moment', () => {
    const times = { spokenFromMs: 0, spokenToMs: 3000 };
    for (const word of ['bones', 'no bones', 'fish', 'four hundred'])
      expect(withoutOwnVoice(word, FISH_EN, { ...times, heardAtMs: 3600 })).toBe(word);
    const heard = 'why do you say they have no bones when dogfish have some';
    expect(withoutOwnVoice(heard, FISH_EN, { ...times, heardAtMs: 3600 })).toBe(heard);
    expect(withoutOwnVoice(heard, FISH_EN, { ...times, heardAtMs: 2000 })).not.toContain('no bones');
  });

  it('leaves nothing only of what is the own voice as a whole', () => {
    fc.assert(
      fc.property(anyText, anyText, (heard, spoken) => {
        if (withoutOwnVoice(heard, spoken) !== '' || heard.trim() === '') return;
        expect(isOwnVoice(heard, spoken)).toBe(true);
      }),
    );
  });

  it('gives words of the text it was given, in their order', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (user, spoken, more) => {
        const heard = `${user} ${spoken} ${more}`;
        let at = 0;
        for (const letter of withoutOwnVoice(heard, spoken).replace(/\s/gu, '')) {
          at = heard.indexOf(letter, at) + letter.length;
          expect(at).toBeGreaterThanOrEqual(letter.length);
        }
      }),
    );
  });
});
