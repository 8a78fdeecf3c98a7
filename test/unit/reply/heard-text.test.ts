import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SpokenWord, speakable } from '../../../src/language/index.js';
import { GivenText } from '../../../src/reply/given-text.js';
import { HeardText } from '../../../src/reply/heard-text.js';
import { speechPieces } from '../../../src/speech/around/speech-pieces.js';
import type { SpeechRouter } from '../../../src/speech/around/speech-router.js';
import type { TimedText } from '../../../src/speech/index.js';

type Tells = 'characters' | 'words' | 'phonemes' | 'nothing';

const MS_PER_LETTER = 100;
const PAUSES = ['sp', 'sil', 'pau'];
const router = {
  runs: async (stretches: readonly { from: number; to: number }[]) => [
    { from: 0, to: stretches.at(-1)?.to ?? 0, language: 'en', lines: [], voice: undefined },
  ],
} as unknown as SpeechRouter;

/** A letter of a word is a phoneme. */
const read = (text: string): readonly SpokenWord[] =>
  [...text.matchAll(/[\p{L}\p{N}'’-]+/gu)].map(({ 0: word, index }) => ({
    text: word,
    from: index,
    to: index + word.length,
    language: 'en' as const,
    readings: [Array.from(word, () => 'a')],
    isPause: false,
  }));

function timesOf(text: string, tells: Tells, startMs: number): TimedText[] {
  const places =
    tells === 'words' ? [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, index })) : [];
  const letters = tells === 'characters' ? [...text].map((word, index) => ({ word, index })) : [];
  return [...places, ...letters].map(({ word, index }) => ({
    text: word,
    from: index,
    to: index + word.length,
    startMs: startMs + index * MS_PER_LETTER,
    endMs: startMs + (index + word.length) * MS_PER_LETTER,
  }));
}

/** Pieces as they come out of speech: each letter of what is spoken takes 100 ms. */
async function heardText(pieces: readonly string[], tells: Tells, isRead = tells === 'phonemes') {
  const text = new HeardText(isRead ? { pronounce: async (spoken) => read(spoken) } : undefined);
  for (const piece of pieces) text.push({ text: piece });
  const given = async function* () {
    for (const piece of pieces) yield { text: piece };
  };
  const parts = {
    prepare: (block: string, language: string | undefined) => speakable(block, { language }),
    router,
    language: 'en',
  };
  let atMs = 0;
  let index = 0;
  const spoken: string[] = [];
  for await (const piece of speechPieces(given(), parts, {})) {
    const { text: said, written, place } = piece;
    spoken.push(said);
    const facts = { engine: 'x', voice: undefined, credit: undefined, isCached: false, language: 'en' };
    text.part({
      type: 'sentence',
      index,
      text: said,
      written,
      tells,
      startMs: atMs,
      ...facts,
      ...(place && { place }),
    });
    const timed = timesOf(said, tells, atMs);
    if (tells === 'characters') text.part({ type: 'characters', characters: timed });
    if (tells === 'words') text.part({ type: 'words', words: timed });
    if (tells === 'phonemes') {
      const phonemes = [...said].map((letter, n) => ({
        phoneme: /[\p{L}\p{N}'’-]/u.test(letter) ? 'a' : (PAUSES[n % PAUSES.length] ?? ''),
        startMs: atMs + n * MS_PER_LETTER,
        endMs: atMs + (n + 1) * MS_PER_LETTER,
      }));
      text.part({ type: 'phonemes', phonemes, isExact: true });
    }
    atMs += said.length * MS_PER_LETTER;
    text.part({ type: 'sentence-end', index: index++, endMs: atMs });
  }
  await new Promise((resolve) => setImmediate(resolve));
  return { text, endMs: atMs, spoken };
}

describe('HeardText', () => {
  it('cuts at the last character, told in the text as it was written', async () => {
    const { text, endMs, spoken } = await heardText(
      ['**Hello** 25 times, ', 'my [face:joy] friend.'],
      'characters',
    );
    expect(spoken).toEqual(['Hello twenty-five times,', 'my friend.']);
    const at = (ms: number) => text.heard(ms, endMs);
    expect(at(0)).toEqual({ pieces: 0, units: 0, text: '', heardMs: 0, by: 'whole' });
    expect(at(300)).toMatchObject({ pieces: 0, text: '**Hel', by: 'character' });
    // All of the number has begun with its first letter: what is written cannot be cut finer.
    expect(at(800).text).toBe('**Hello** 25');
    expect(at(1750).text).toBe('**Hello** 25');
    expect(at(2000).text).toBe('**Hello** 25 ti');
    expect(at(2400)).toMatchObject({ pieces: 1, units: 0, text: '**Hello** 25 times, ', by: 'whole' });
    expect(at(2700).text).toBe('**Hello** 25 times, my [face:joy] ');
    expect(at(endMs)).toMatchObject({
      pieces: 2,
      units: 0,
      text: '**Hello** 25 times, my [face:joy] friend.',
    });
  });

  it('cuts at the last whole word, where that is what the engine tells', async () => {
    const { text, endMs } = await heardText(['Nobody knows everything.'], 'words');
    expect(text.heard(590, endMs)).toMatchObject({ text: '', by: 'whole' });
    expect(text.heard(600, endMs)).toMatchObject({ text: 'Nobody', by: 'word' });
    expect(text.heard(1250, endMs).text).toBe('Nobody knows');
    expect(text.heard(2200, endMs).text).toBe('Nobody knows ');
  });

  it('cuts at the last phoneme by how the text is read', async () => {
    const { text, endMs } = await heardText(['Nobody knows everything.'], 'phonemes');
    expect(text.heard(400, endMs)).toMatchObject({ text: 'Nobo', by: 'phoneme' });
    expect(text.heard(600, endMs).text).toBe('Nobody');
    // In the pause nothing is added; the next word's first phoneme is over at 800.
    expect(text.heard(690, endMs).text).toBe('Nobody');
    expect(text.heard(1000, endMs).text).toBe('Nobody kno');
  });

  it('spreads a reading that has other phonemes than the engine over them', async () => {
    const text = new HeardText({ pronounce: async (spoken) => read(spoken) });
    text.push({ text: 'one two' });
    const facts = { engine: 'x', voice: undefined, credit: undefined, isCached: false, language: 'en' };
    text.part({
      type: 'sentence',
      index: 0,
      text: 'one two',
      written: 'one two',
      tells: 'phonemes',
      startMs: 0,
      ...facts,
    });
    // Three phonemes where the reading has six.
    const phonemes = [0, 1, 2].map((n) => ({ phoneme: 'a', startMs: n * 200, endMs: n * 200 + 200 }));
    text.part({ type: 'phonemes', phonemes, isExact: true });
    text.part({ type: 'sentence-end', index: 0, endMs: 600 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(text.heard(200, 600).text).toBe('on');
    expect(text.heard(400, 600).text).toBe('one t');
  });

  it('spreads a reading over the sound where nothing else is known, and letters where not even that is', async () => {
    const byReading = await heardText(['Nobody knows.'], 'nothing', true);
    expect(byReading.text.heard(650, byReading.endMs)).toMatchObject({ text: 'Nobod', by: 'phoneme' });
    const byTime = await heardText(['Nobody knows.'], 'nothing');
    expect(byTime.text.heard(650, byTime.endMs)).toMatchObject({ text: 'Nobody', by: 'share' });
  });

  it('goes on from the last border of a word, and from where a sentence was over', async () => {
    for (const tells of ['characters', 'words', 'phonemes'] as const) {
      const { text, endMs } = await heardText(['Nobody knows everything. ', 'Really?'], tells);
      expect(text.lastBorderMs(300, endMs)).toBe(0);
      // The word is over, and the pause behind it is not.
      expect(text.lastBorderMs(660, endMs)).toBe(600);
      expect(text.lastBorderMs(1000, endMs)).toBe(700);
      expect(text.lastBorderMs(2390, endMs)).toBe(2390);
      expect(text.lastBorderMs(2600, endMs)).toBe(2400);
    }
    const { text, endMs } = await heardText(['Nobody knows everything.'], 'nothing');
    expect(text.lastBorderMs(1000, endMs)).toBeUndefined();
    expect(text.sharedBorderMs(1000, endMs)).toBe(700);
  });

  it('counts a piece without words as heard when what comes behind it is known', async () => {
    const { text, endMs } = await heardText(['Yes. ', '😊 ', 'No.'], 'characters');
    expect(text.heard(400, endMs)).toMatchObject({ pieces: 2, text: 'Yes. 😊 ' });
    expect(text.span(1)).toEqual({ startMs: 400, endMs: 400 });
    const last = await heardText(['Yes. ', '😊'], 'characters');
    expect(last.text.heard(400, last.endMs).pieces).toBe(1);
    expect(last.text.span(1)).toBeUndefined();
    last.text.allKnown();
    expect(last.text.heard(400, last.endMs).pieces).toBe(2);
  });

  it('never cuts a letter in two, never goes back, and never tells what was not given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', '3', '😊', '日', '*', '𠮟') }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.constantFrom<Tells>('characters', 'words', 'phonemes', 'nothing'),
        async (pieces, tells) => {
          const { text, endMs } = await heardText(pieces, tells);
          const whole = pieces.join('');
          let before = '';
          for (let ms = 0; ms <= endMs; ms += 37) {
            const heard = text.heard(ms, endMs);
            expect(whole.startsWith(heard.text)).toBe(true);
            expect(heard.text.length).toBeGreaterThanOrEqual(before.length);
            expect(heard.text).not.toMatch(/[\ud800-\udbff]$/);
            expect(text.lastBorderMs(ms, endMs) ?? 0).toBeLessThanOrEqual(ms);
            before = heard.text;
          }
          text.allKnown();
          expect(text.heard(endMs, endMs)).toMatchObject({ pieces: pieces.length, text: whole });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('GivenText', () => {
  it('shares its transcript out over the sound that is there', () => {
    const text = new GivenText();
    expect(text.heard(0)).toMatchObject({ text: '', by: 'whole' });
    text.sounded(1000);
    text.said('Nobody knows');
    expect(text.heard(500)).toMatchObject({ pieces: 0, units: 6, text: 'Nobody', by: 'share' });
    expect(text.sharedBorderMs(700)).toBeCloseTo(583, 0);
    expect(text.span(0)).toEqual({ startMs: 0, endMs: undefined });
    text.allKnown();
    expect(text.heard(980)).toMatchObject({ pieces: 1, text: 'Nobody knows' });
    expect(text.span(0)).toEqual({ startMs: 0, endMs: 1000 });
  });
});
