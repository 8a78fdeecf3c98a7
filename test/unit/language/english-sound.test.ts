import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPronouncer, pronunciationForAlignment } from '../../../src/language/index.js';
import { DEFAULT_LIP_TABLE } from '../../../src/lipsync/index.js';

const pronouncer = createPronouncer();
const read = async (text: string) =>
  (await pronouncer.pronounce(text)).map(({ text: word, readings, isPause }) => [
    `${word}${isPause ? '|' : ''}`,
    ...readings.map((one) => one.join(' ')),
  ]);
const said = async (text: string) =>
  (await pronouncer.pronounce(text)).map(({ readings }) => (readings[0] ?? []).join(' ')).join('  ');

describe('Pronouncer > English', () => {
  it('reads words by the dictionary, with pauses at signs', async () => {
    expect(await read('Hello, world!')).toEqual([
      ['Hello|', 'hh ax l ow', 'hh eh l ow'],
      ['world|', 'w er l d'],
    ]);
  });

  it('gives words of two sounds both, and little words their weak form first', async () => {
    expect((await read('read'))[0]).toEqual(['read', 'r eh d', 'r iy d']);
    expect((await read('to'))[0]?.slice(0, 3)).toEqual(['to', 't ax', 't uw']);
  });

  it('says the before a vowel with iy', async () => {
    expect(await said('the apple, the pear')).toBe('dh iy  ae p ax l  dh ax  p eh r');
  });

  it.each([
    ["chatbot's", 'ch ae t b ao t s'],
    ['retweeted', 'r iy t w iy t ax d'],
    ['Kubernetes', 'k y uw b er n t iy z'],
    ['unfollowers', 'ah n f aa l ow er z'],
    ['debugging', 'd iy b ah g ih ng'],
    ['tastiest', 't ey s t iy ax s t'],
    ["won't", 'w ow n t'],
    ['it’s', 'ih t s'],
    ['naïve café', 'n ay iy v  k ax f ey'],
  ])('builds %s from words it knows, or from its letters', async (word, phonemes) => {
    expect(await said(word)).toBe(phonemes);
  });

  it.each([
    ['API', 'ey p iy ay'],
    ['PDFs', 'p iy d iy eh f z'],
    ["NATO's", 'n ey t ow z'],
    ['GPT-4', 'jh iy p iy t iy  f ao r'],
    ['OpenAI', 'ow p ax n  ey ay'],
    ['iPhones', 'ay f ow n z'],
    ['Dr. Smith', 'd aa k t er  s m ih th'],
    ['3.14', 'th r iy p oy n t w ah n f ao r'],
    ['21st, 3rd', 't w eh n t iy f er s t  th er d'],
    ['R&D', 'aa r  ae n d  d iy'],
    ['constructor', 'k ax n s t r ah k t er'],
    ['__proto__', 'p r ow t ax'],
    ['NO AI', 'n ow  ey ay'],
  ])('reads %s', async (text, phonemes) => {
    expect(await said(text)).toBe(phonemes);
  });

  it('asks for words that nobody knows, and keeps its own guess beside the answer', async () => {
    const asked: string[][] = [];
    const guesser = {
      guess: async (words: readonly string[]) => {
        asked.push([...words]);
        return words.map((word) => (word === 'Zyxgor' ? ['z', 'ih', 'k', 's'] : undefined));
      },
    };
    const words = await createPronouncer({ guesser }).pronounce('Zyxgor met Blorft.');
    expect(asked).toEqual([['Zyxgor', 'Blorft']]);
    expect(words[0]?.readings.map((one) => one.join(' '))).toEqual(['z ih k s', 'z ih k s g er']);
    expect(words[2]?.readings).toHaveLength(1);
  });

  it('goes by the letters when who is asked fails', async () => {
    const guesser = { guess: () => Promise.reject(new Error('gone')) };
    const [word] = await createPronouncer({ guesser }).pronounce('Blorft');
    expect(word?.readings.map((one) => one.join(' '))).toEqual(['b l ao r f t']);
  });

  it('changes the language where the letters do, and reads no other scripts', async () => {
    const words = await pronouncer.pronounce('Good morning everybody. おはよう。 Привет');
    expect(words.map(({ text, language }) => `${text}:${language}`)).toEqual([
      'Good:en',
      'morning:en',
      'everybody:en',
      'おはよう:ja',
    ]);
    expect(words.at(-1)?.from).toBe(24);
  });

  it('gives names of lip.txt, and words in order that stand in the text, whatever comes', async () => {
    const word = fc.string({ unit: fc.constantFrom(..."aeiouyxqzthngcksrl'’-.A1é "), maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 10 })), async (text) => {
        let before = 0;
        for (const { text: written, from, to, readings } of await pronouncer.pronounce(text)) {
          expect(text.slice(from, to)).toBe(written);
          expect(from).toBeGreaterThanOrEqual(before);
          before = to;
          for (const phoneme of readings.flat()) expect(DEFAULT_LIP_TABLE.has(phoneme), phoneme).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('pronunciationForAlignment', () => {
  const word = (text: string, from: number, readings: string[], isPause = false) => ({
    text,
    from,
    to: from + text.length,
    language: 'en' as const,
    readings: readings.map((reading) => reading.split(' ')),
    isPause,
  });

  it('keeps what can be heard, with at most four ways to say it', () => {
    const words = [
      word('a', 0, ['ax', 'ey', 'ah', 'aa', 'ae']),
      word('...', 1, [], true),
      word('b', 5, ['b iy']),
    ];
    expect(pronunciationForAlignment(words)).toEqual([
      { text: 'a', readings: [['ax'], ['ey'], ['ah'], ['aa']], isPause: true },
      { text: 'b', readings: [['b', 'iy']], isPause: false },
    ]);
  });

  it("gives words the time of the engine's words or characters that overlap them", () => {
    const words = [word('ice', 0, ['ay s']), word('cream', 3, ['k r iy m']), word('now', 9, ['n aw'])];
    const timed = [
      { from: 0, to: 8, startMs: 100, endMs: 500 },
      { startMs: 1, endMs: 2 },
      { from: 9, to: 11, startMs: 600, endMs: 700 },
      { from: 11, to: 12, startMs: 700, endMs: 800 },
    ];
    expect(pronunciationForAlignment(words, { timed }).map(({ window }) => window)).toEqual([
      { startMs: 100, endMs: 500 },
      { startMs: 100, endMs: 500 },
      { startMs: 600, endMs: 800 },
    ]);
  });

  it('says what a dictionary gives as given, over all words that it covers', () => {
    const words = [word('Blue', 0, ['b l uw']), word('Sky', 5, ['s k ay'], true), word('is', 9, ['ih z'])];
    expect(pronunciationForAlignment(words, { given: [{ from: 0, to: 8, phonemes: ['b', 'a'] }] })).toEqual([
      { text: 'BlueSky', readings: [['b', 'a']], isPause: true },
      { text: 'is', readings: [['ih', 'z']], isPause: false },
    ]);
  });
});
