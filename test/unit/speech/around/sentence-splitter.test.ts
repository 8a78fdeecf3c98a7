import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentenceSplitter, splitSentences } from '../../../../src/speech/around/sentence-splitter.js';

function inChunks(text: string, sizes: readonly number[], maxChars?: number): string[] {
  const splitter = new SentenceSplitter(maxChars === undefined ? {} : { maxChars });
  const pieces: string[] = [];
  let at = 0;
  for (let index = 0; at < text.length; index++) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? 1);
    pieces.push(...splitter.push(text.slice(at, at + size)));
    at += size;
  }
  return [...pieces, ...splitter.end()];
}

const trimmed = (text: string): string[] => splitSentences(text).map((piece) => piece.trim());

describe('SentenceSplitter', () => {
  it.each([
    ['こんにちは。元気ですか？はい！', ['こんにちは。', '元気ですか？', 'はい！']],
    ['Hello there. How are you? Fine!', ['Hello there.', 'How are you?', 'Fine!']],
    ['Dr. Who met Mr. Bean. They left.', ['Dr. Who met Mr. Bean.', 'They left.']],
    ['It costs $3.50 at 5 p.m. today. Really.', ['It costs $3.50 at 5 p.m. today.', 'Really.']],
    ['J. Smith and I. Then she.', ['J. Smith and I.', 'Then she.']],
    ['1. First. 2. Second.', ['1. First.', '2. Second.']],
    ['「はい。行きます。」と言った。次です。', ['「はい。行きます。」と言った。', '次です。']],
    ['そうか（本当？）。よし', ['そうか（本当？）。', 'よし']],
    ['え！？まさか……。', ['え！？', 'まさか……。']],
    ['one\ntwo\n\nthree', ['one', 'two', 'three']],
    ['He said "Go." Then he left.', ['He said "Go."', 'Then he left.']],
    ['See https://example.org/a?b=c. Now.', ['See https://example.org/a?b=c.', 'Now.']],
  ])('cuts %j', (text, sentences) => {
    expect(trimmed(text)).toEqual(sentences);
  });

  it('gives a line as soon as it is ended, without what comes after', () => {
    const splitter = new SentenceSplitter();
    expect(splitter.push('Hello there')).toEqual([]);
    expect(splitter.push('\n')).toEqual(['Hello there\n']);
    expect(splitter.end()).toEqual([]);
  });

  it('gives a Japanese sentence with the first character behind it, and an English one with the next word', () => {
    const splitter = new SentenceSplitter();
    expect(splitter.push('はい。')).toEqual([]);
    expect(splitter.push('次')).toEqual(['はい。']);
    expect(splitter.push('です。Yes.')).toEqual(['次です。']);
    expect(splitter.push(' ')).toEqual([]);
    expect(splitter.push('N')).toEqual(['Yes.']);
  });

  it('cuts what never ends at a comma, at a blank, or anywhere but inside a character', () => {
    expect(splitSentences(`${'あ'.repeat(30)}、${'い'.repeat(30)}`, { maxChars: 40 })).toEqual([
      `${'あ'.repeat(30)}、`,
      'い'.repeat(30),
    ]);
    expect(splitSentences(`${'a'.repeat(30)} ${'b'.repeat(30)}`, { maxChars: 40 })).toEqual([
      `${'a'.repeat(30)} `,
      'b'.repeat(30),
    ]);
    const faces = splitSentences('😀'.repeat(30), { maxChars: 21 });
    expect(faces.length).toBeGreaterThan(1);
    for (const piece of faces) expect(piece).not.toMatch(/\p{Cs}/u);
  });

  it('holds back no more than it must of marks without end', () => {
    const splitter = new SentenceSplitter();
    let given = 0;
    for (let count = 1; count <= 5000; count++) {
      for (const piece of splitter.push('!')) given += piece.length;
      expect(count - given).toBeLessThan(100);
    }
  });

  const text = fc.string({
    unit: fc.constantFrom(
      '!'.repeat(70),
      'あ',
      'い',
      'a',
      'B',
      '1',
      '。',
      '！',
      '?',
      '.',
      '…',
      ' ',
      '\n',
      '「',
      '」',
      '（',
      '）',
      '"',
      'Dr',
      '、',
      '😀',
    ),
    maxLength: 120,
  });

  it('loses and doubles nothing, and gives no blank piece before the end', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (written, maxChars) => {
        const pieces = splitSentences(written, { maxChars });
        expect(pieces.join('')).toBe(written);
        for (const piece of pieces.slice(0, -1)) expect(piece.trim()).not.toBe('');
      }),
    );
  });

  it('gives the same pieces however the text arrives', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 2, max: 30 }),
        (written, sizes, maxChars) => {
          expect(inChunks(written, sizes, maxChars)).toEqual(splitSentences(written, { maxChars }));
        },
      ),
    );
  });
});
