import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadEnglishLexicon } from '../../../src/language/english-lexicon.js';
import { createPronouncer, phonemesOfKana } from '../../../src/language/index.js';
import { letterSounds } from '../../../src/language/letter-sounds.js';

/** Insertions, deletions and replacements. */
function distance(a: readonly string[], b: readonly string[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, one] of a.entries()) {
    const line = [row + 1];
    for (const [column, other] of b.entries()) {
      const skipped = Math.min((above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1);
      line.push(Math.min(skipped, (above[column] ?? 0) + (one === other ? 0 : 1)));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}

/** おう and おお, えい and ええ are written either way by people. */
function heard(phonemes: readonly string[]): string[] {
  const list = phonemes.map((phoneme) => (phoneme === 'v' ? 'b' : phoneme));
  for (let at = 1; at < list.length; at++) {
    if (list[at] === 'u' && list[at - 1] === 'o') list[at] = 'o';
    if (list[at] === 'i' && list[at - 1] === 'e') list[at] = 'e';
  }
  return list;
}

it('Pronouncer > reads Japanese sentences as people do, but for 2 % of the phonemes', async () => {
  const text = readFileSync(
    new URL('../../../fixtures/language/kana-sentences.txt', import.meta.url),
    'utf8',
  );
  const sentences = text.trim().split('\n');
  const pronouncer = createPronouncer();
  let errors = 0;
  let count = 0;
  for (const sentence of sentences) {
    const [written = '', kana = ''] = sentence.split('\t');
    const words = await pronouncer.pronounce(written, 'ja');
    const wanted = heard(phonemesOfKana(kana));
    errors += distance(heard(words.flatMap(({ readings }) => readings[0] ?? [])), wanted);
    count += wanted.length;
  }
  expect(sentences).toHaveLength(60);
  expect(errors / count).toBeLessThan(0.02);
});

it('letterSounds > knows most of the words it was made from, and nearly all their sounds', async () => {
  const lexicon = await loadEnglishLexicon();
  const { dictionary } = await import('cmu-pronouncing-dictionary');
  const words = Object.keys(dictionary).filter((word, index) => index % 97 === 0 && /^[a-z]{4,}$/.test(word));
  let right = 0;
  let errors = 0;
  let count = 0;
  for (const word of words) {
    const [wanted = []] = lexicon(word);
    const wrong = distance(letterSounds(word), wanted);
    if (wrong === 0) right++;
    errors += wrong;
    count += wanted.length;
  }
  expect(words.length).toBeGreaterThan(1000);
  expect(right / words.length).toBeGreaterThan(0.6);
  expect(errors / count).toBeLessThan(0.1);
});
