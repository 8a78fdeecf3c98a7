import { describe, expect, it } from 'vitest';
import { speakable } from '../../../../src/language/index.js';
import { type PrepareText, speechPieces } from '../../../../src/speech/around/speech-pieces.js';
import type { SpeechRouter } from '../../../../src/speech/around/speech-router.js';

/** One voice for everything. */
const router = {
  runs: async (stretches: readonly { from: number; to: number }[]) =>
    stretches.map((stretch) => ({ ...stretch, language: 'en', lines: [], voice: undefined })),
} as unknown as SpeechRouter;

/** Texts that were prepared at once. */
async function preparedOf(text: string): Promise<readonly string[]> {
  const prepared: string[] = [];
  const prepare: PrepareText = (block) => {
    prepared.push(block);
    return {
      text: block,
      runs: [{ from: 0, to: block.length, language: 'en' }],
      sourceRange: (from, to) => ({ from, to }),
    };
  };
  for await (const _ of speechPieces(text, { prepare, router, language: undefined }, {}));
  return prepared;
}

async function piecesOf(source: string) {
  const pieces: { text: string; written: string }[] = [];
  const prepare: PrepareText = (block, language) => speakable(block, { language });
  for await (const { text, written } of speechPieces(source, { prepare, router, language: 'en' }, {}))
    pieces.push({ text, written });
  return pieces;
}

describe('speechPieces', () => {
  it.each([
    ['alone', (long: string) => long],
    ['first', (long: string) => `${long}\n\nA short one.`],
    ['last', (long: string) => `A short one.\n\n${long}`],
    ['between others', (long: string) => `A short one.\n\n${long}\n\nA short one.`],
  ])('prepares no paragraph without end at once, where it is %s', async (_, textOf) => {
    const text = textOf('A sentence like any other. '.repeat(3000).trim());
    const prepared = await preparedOf(text);
    expect(Math.max(...prepared.map(({ length }) => length))).toBeLessThanOrEqual(20_000);
    expect(prepared.join('')).toBe(text);
  });

  it('prepares paragraphs together', async () => {
    expect(await preparedOf('One.\n\nTwo.\n\nThree.')).toEqual(['One.\n\nTwo.\n\nThree.']);
  });

  it('speaks each point of a list by itself, so that the first is heard before the last is made', async () => {
    expect(await piecesOf('You need:\n\n- two eggs\n- some flour, and 3 km\n- salt')).toEqual([
      { text: 'You need: two eggs.', written: 'You need:\n\n- two eggs' },
      { text: 'some flour, and three kilometers.', written: 'some flour, and 3 km' },
      { text: 'salt', written: 'salt' },
    ]);
  });

  it('keeps together what only looks like the end of a sentence', async () => {
    const pieces = await piecesOf('It weighs approx. five kilograms and\nthe rest is on iwd. example pages.');
    expect(pieces).toHaveLength(1);
  });

  it('takes a given piece as one sentence, with its place, whatever is in it', async () => {
    const given = [
      { text: 'It costs 25 euros. Really? ' },
      { text: '😊' },
      { text: '本当に 3 km ですか。はい。', language: 'ja' },
    ];
    const found = [];
    const prepare: PrepareText = (block, language) => speakable(block, { language });
    const parts = { prepare, router, language: 'en' };
    for await (const piece of speechPieces(each(given), parts, {})) found.push(piece);
    expect(found.map(({ text, place }) => [place?.piece, text])).toEqual([
      [0, 'It costs twenty-five euros. Really?'],
      [2, '本当に 3キロメートル ですか。はい。'],
    ]);
    const [first, second] = found;
    // "twenty-five" is "25": none of it is over before the first of its letters is, all of it from there on.
    expect([0, 9, 10, 20, 26].map((at) => first?.place?.sourceAt(at))).toEqual([0, 9, 11, 11, 17]);
    expect(second?.place?.sourceAt(3)).toBe(3);
    expect(second?.place?.sourceAt(second.text.length)).toBe(given[2]?.text.length);
  });

  it('says nothing of given pieces without words, and speaks what was being written before one', async () => {
    const texts: string[] = [];
    const prepare: PrepareText = (block, language) => speakable(block, { language });
    const parts = { prepare, router, language: 'en' };
    for await (const { text } of speechPieces(each([{ text: '…' }]), parts, {})) texts.push(text);
    expect(texts).toEqual([]);
    for await (const { text } of speechPieces(each(['One, tw', 'o', { text: 'three' }]), parts, {}))
      texts.push(text);
    expect(texts).toEqual(['One, two', 'three']);
  });
});

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

describe('Texts that nobody would write', () => {
  const LETTERS = 6000;
  const TEXTS: Readonly<Record<string, string>> = {
    'without an end': 'x'.repeat(LETTERS),
    'of Japanese without an end': 'あ'.repeat(LETTERS),
    'of words without an end': 'word '.repeat(LETTERS / 5),
    'of signs that are words': `1${'±1'.repeat(LETTERS / 2)}`,
    'of digits': '7'.repeat(LETTERS),
    'inside one quote': `「${'そうです。'.repeat(LETTERS / 5)}`,
    'between fences that stay open': `Words.\n\`\`\`\n${'code, '.repeat(LETTERS / 6)}`,
  };
  const prepare: PrepareText = (block, language) => speakable(block, { language });

  it.each(Object.entries(TEXTS))('are given to engines in parts, and whole (%s)', async (_, text) => {
    const made = speakable(text, { language: 'en' }).text.replace(/\s/g, '');
    const inputs = {
      whole: text,
      written: (async function* () {
        for (let at = 0; at < text.length; at += 1000) yield text.slice(at, at + 1000);
      })(),
      given: (async function* () {
        yield { text };
      })(),
    };
    for (const [kind, input] of Object.entries(inputs)) {
      const said: string[] = [];
      const lasts: boolean[] = [];
      for await (const piece of speechPieces(input, { prepare, router, language: 'en' }, {})) {
        said.push(piece.text);
        if (piece.place !== undefined) lasts.push(piece.place.isLast);
      }
      expect(Math.max(...said.map(({ length }) => length))).toBeLessThanOrEqual(2000);
      if (kind !== 'given') continue;
      expect(said.join('').replace(/\s/g, '')).toBe(made);
      expect(lasts.indexOf(true)).toBe(lasts.length - 1);
    }
  });

  it('tell where they stand in what was given, to the end of it', async () => {
    const text = `${'Some words here, '.repeat(400)}the end. !!!`;
    const given = (async function* () {
      yield { text };
    })();
    const ends: number[] = [];
    for await (const { place, text: said } of speechPieces(given, { prepare, router, language: 'en' }, {}))
      ends.push(place?.sourceAt(said.length) ?? -1);
    expect(ends.length).toBeGreaterThan(3);
    expect(ends).toEqual([...ends].sort((one, other) => one - other));
    expect(ends.at(-1)).toBe(text.length);
  });
});
