import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeEnd } from '../../../src/turns/index.js';
import { anyText } from '../../support/any-text.js';

const stateOf = (text: string, language?: string) =>
  judgeEnd(text, language === undefined ? {} : { language }).state;

describe('judgeEnd', () => {
  it.each(['今日は', '今日は。', '今日は、', 'きょうは…', '  今日 は  '])(
    'waits after a particle: %s',
    (text) => {
      expect(stateOf(text)).toBe('unfinished');
    },
  );

  it.each(['予約したいんですけど', '大丈夫ですから', '質問があるんだけど', 'そうですが'])(
    'claims nothing of soft endings: %s',
    (text) => {
      expect(stateOf(text)).toBe('open');
    },
  );

  it('takes a soft ending with a full stop for whole', () => {
    expect(stateOf('予約したいんですけど。')).toBe('finished');
  });

  it.each([
    ['教えて', 'finished'],
    ['昨日友達に電話して', 'unfinished'],
    ['忙しくて', 'unfinished'],
    ['行かないで', 'finished'],
    ['あとで', 'finished'],
    ['それで', 'unfinished'],
    ['何してるの', 'finished'],
    ['私の', 'unfinished'],
    ['どうしたら', 'finished'],
    ['家に帰ったら', 'unfinished'],
    ['こんにちは', 'finished'],
    ['お名前は', 'open'],
  ])('tells Japanese forms apart that end alike: %s is %s', (text, state) => {
    expect(stateOf(text)).toBe(state);
  });

  it.each([
    ["what's the weather in", 'unfinished'],
    ['where are you from', 'finished'],
    ['turn it on', 'open'],
    ['on', 'unfinished'],
    ['the problem is', 'unfinished'],
    ['I know where it is', 'open'],
    ['I want to', 'unfinished'],
    ["I'd love to", 'open'],
    ['how do you', 'unfinished'],
    ['how are you', 'finished'],
    ['I was like', 'unfinished'],
    ["what's it like", 'finished'],
    ['I think so', 'open'],
    ['it was late so', 'unfinished'],
    ['for a while', 'open'],
    ['while', 'unfinished'],
  ])('tells English words apart that may end a turn: %s is %s', (text, state) => {
    expect(stateOf(text)).toBe(state);
  });

  it.each(['えっと？', 'and?', 'で?', '「どう？」'])('takes a question mark at its word: %s', (text) => {
    expect(judgeEnd(text)).toEqual({ state: 'finished', why: 'question mark' });
  });

  it.each(['はい、', 'yes,', '三つあって、', '私は—', 'three things:'])(
    'waits after a mark that goes on: %s',
    (text) => {
      expect(judgeEnd(text)).toEqual({ state: 'unfinished', why: 'comma' });
    },
  );

  it.each(['彼が「おはよう', 'he said "come here', '(and then'])('waits in an open quotation: %s', (text) => {
    expect(judgeEnd(text)).toEqual({ state: 'unfinished', why: 'open quotation' });
  });

  it('claims nothing of a whole sentence that trails off', () => {
    expect(stateOf('そうですか…')).toBe('open');
    expect(stateOf('カレー…')).toBe('unfinished');
  });

  it.each(['', '   ', '。', '...', '👋'])('says nothing of no words: %j', (text) => {
    expect(stateOf(text)).toBe('open');
  });

  it('goes by the last language of a mixed text', () => {
    expect(stateOf('YouTubeで')).toBe('unfinished');
    expect(stateOf('それはI want to')).toBe('unfinished');
  });

  it('goes by punctuation alone in other languages', () => {
    expect(stateOf('ich will in', 'de')).toBe('open');
    expect(stateOf('ich will das.', 'de')).toBe('finished');
    expect(stateOf('和', 'ja')).toBe('open');
  });

  it.each(["I'm", 'I’m', "I 'm", 'Ｉ’ｍ', "I'M"])('reads %s however it is written', (text) => {
    expect(stateOf(text)).toBe('unfinished');
  });

  it('never throws and always says why, whatever comes', () => {
    const words = fc.constantFrom(
      'the',
      'を',
      'you',
      'て',
      ' ',
      '、',
      'what',
      "'s",
      'ね',
      '「',
      'ー',
      '?',
      'so',
      'の',
    );
    const any = fc.oneof(
      anyText,
      fc.array(words).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, (text) => {
        expect(judgeEnd(text).why).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });

  it('needs no more steps for a long text than for a short one', () => {
    // Would run for minutes if a pattern went back and forth over the whole text.
    for (const piece of [
      'a ',
      'うん',
      'the the ',
      'what is it ',
      'あの、',
      'did you know that ',
      ', ',
      'えっと',
      'ーーー',
    ])
      expect(judgeEnd(piece.repeat(20_000)).why).not.toBe('');
  });
});
