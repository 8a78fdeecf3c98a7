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
