import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunLanguage, splitByLanguage } from '../../../src/language/index.js';

const split = (text: string, fallback?: RunLanguage): string[] =>
  splitByLanguage(text, fallback).map((run) => `${run.language}:${run.text}`);

describe('splitByLanguage', () => {
  it('is one run where there is one language', () => {
    expect(split('Hello, world! 1, 2, 3.')).toEqual(['en:Hello, world! 1, 2, 3.']);
    expect(split('「今日は」、3時。')).toEqual(['ja:「今日は」、3時。']);
    expect(split('')).toEqual([]);
  });

  it('takes half-width kana with their signs for Japanese, and the marks that repeat', () => {
    expect(split('ｶﾞｽﾊﾟｰﾃｨｰ')).toEqual(['ja:ｶﾞｽﾊﾟｰﾃｨｰ']);
    expect(split('ｹﾞｰﾑをする')).toEqual(['ja:ｹﾞｰﾑをする']);
    expect(split('いよ〱')).toEqual(['ja:いよ〱']);
  });

  it('keeps short Latin words of a Japanese sentence Japanese', () => {
    expect(split('GitHubを使って、Visual Studioで書く。')).toEqual([
      'ja:GitHubを使って、Visual Studioで書く。',
    ]);
    expect(split('これはOKです')).toEqual(['ja:これはOKです']);
    expect(split('NHK、BS、AI、CPUの話')).toEqual(['ja:NHK、BS、AI、CPUの話']);
  });

  it('takes three English words in a row, and a sentence of their own, for English', () => {
    expect(split('彼は「I love you so much」と言った。')).toEqual(
      ['ja:彼は', 'en:「I love you so much」', 'ja:と言った。'].map((run) => run),
    );
    expect(split('Hello! こんにちは。')).toEqual(['en:Hello! ', 'ja:こんにちは。']);
    expect(split('こんにちは。Nice to meet you. 元気？')).toEqual([
      'ja:こんにちは。',
      'en:Nice to meet you. ',
      'ja:元気？',
    ]);
  });

  it('has a short Latin sentence read by the Japanese voice where Japanese is the language of the whole', () => {
    expect(split('OK! やりましょう。', 'ja')).toEqual(['ja:OK! やりましょう。']);
    expect(split('Hello!', 'ja')).toEqual(['ja:Hello!']);
    expect(split('This is all English.', 'ja')).toEqual(['en:This is all English.']);
  });

  it('finds Japanese in English, and opens a bracket with what it holds', () => {
    expect(split('The word 猫 means cat.')).toEqual(['en:The word ', 'ja:猫 ', 'en:means cat.']);
    expect(split('He said it loud and clear「はい」')).toEqual([
      'en:He said it loud and clear',
      'ja:「はい」',
    ]);
  });

  it('takes the fallback where no letter tells', () => {
    expect(split('123!?')).toEqual(['en:123!?']);
    expect(split('123!?', 'ja')).toEqual(['ja:123!?']);
  });

  it('knows other scripts, and takes Latin and Han for other where the whole is', () => {
    expect(split('Привет, 한국어')).toEqual(['other:Привет, 한국어']);
    expect(split('Guten Tag, liebe Leute', 'other')).toEqual(['other:Guten Tag, liebe Leute']);
    expect(split('你好', 'other')).toEqual(['other:你好']);
    expect(split('你好')).toEqual(['ja:你好']);
  });

  it('gives back the text, without gaps and without two neighbours of one language', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'Hello',
        'this is it',
        'こんにちは',
        '猫',
        '。',
        '. ',
        '「',
        '」',
        ' ',
        '3',
        '\n',
        'Привет',
        '!',
      ),
      fc.string({ maxLength: 4, unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('ja', 'en', 'other'),
        (pieces, fallback) => {
          const text = pieces.join('');
          const runs = splitByLanguage(text, fallback as RunLanguage);
          expect(runs.map((run) => run.text).join('')).toBe(text);
          let at = 0;
          runs.forEach((run, index) => {
            expect(run.from).toBe(at);
            at = run.to;
            expect(run.to).toBeGreaterThan(run.from);
            expect(run.language).not.toBe(runs[index - 1]?.language);
          });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
