import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Segmenter } from '../../../src/language/index.js';

interface Case {
  readonly kind: string;
  readonly text: string;
  /** With `¦` behind a sentence and `|` behind a clause. */
  readonly marked: string;
}

function casesOf(file: string): readonly Case[] {
  const url = new URL(`../../../fixtures/segmenter/${file}`, import.meta.url);
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind = '', written = ''] = line.split('\t');
      const marked = written.replaceAll('\\n', '\n');
      return { kind, marked, text: marked.replace(/[¦|]/g, '') };
    });
}

function marked(text: string, sizes: readonly number[]): string {
  const segmenter = new Segmenter({ reply: {} });
  const pieces = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(...segmenter.push(text.slice(at, at + size)));
    at += size;
  }
  pieces.push(...segmenter.end());
  return pieces
    .map(
      ({ text, endsSentence }, index) => text + (index === pieces.length - 1 ? '' : endsSentence ? '¦' : '|'),
    )
    .join('');
}

/** How many letters behind each piece were there when it was given, letter by letter. */
function waits(text: string): readonly { readonly mark: string; readonly letters: number }[] {
  const segmenter = new Segmenter({ reply: {} });
  let given = 0;
  return Array.from({ length: text.length }, (_, at) => at + 1).flatMap((pushed) =>
    segmenter.push(text.charAt(pushed - 1)).map((piece) => {
      given += piece.text.length;
      return { mark: piece.text.slice(-1), letters: pushed - given };
    }),
  );
}

it('Segmenter > gives pieces as soon as they are certain: Japanese with their mark, others with the next word', () => {
  const japanese = casesOf('japanese.tsv').flatMap(({ text }) => waits(text));
  const atOnce = japanese.filter(({ letters }) => letters === 0).length;
  expect(atOnce / japanese.length).toBeGreaterThan(0.8);
  expect(japanese.filter(({ mark, letters }) => mark === '、' && letters > 0)).toEqual([]);
  expect(Math.max(...japanese.map(({ letters }) => letters))).toBeLessThanOrEqual(2);
  const english = casesOf('english.tsv').flatMap(({ text }) => waits(text));
  // A blank and the letter behind it; more only where there are more blanks.
  expect(english.filter(({ letters }) => letters > 2).length / english.length).toBeLessThan(0.02);
});

describe.each(['japanese.tsv', 'english.tsv'])('Segmenter > fixtures/segmenter/%s', (file) => {
  const cases = casesOf(file);

  it('holds at least a hundred cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
  });

  it.each(cases)('$kind: $marked', ({ text, marked: expected }) => {
    expect(marked(text, [1])).toBe(expected);
    expect(marked(text, [text.length])).toBe(expected);
    expect(marked(text, [3, 1, 4, 2])).toBe(expected);
  });
});
