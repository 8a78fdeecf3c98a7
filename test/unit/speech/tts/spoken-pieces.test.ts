import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenPieces } from '../../../../src/speech/child/spoken-pieces.js';

const letters = (piece: string): number => [...piece].length;
const cut = (text: string, maxSize = 20, joinedLetters = 0) =>
  spokenPieces(text, { size: letters, maxSize, joinedLetters });

describe('spokenPieces', () => {
  it('cuts between sentences, behind closing brackets', () => {
    expect(cut('はい。「そうです。」次！ Yes. No?')).toEqual([
      'はい。',
      '「そうです。」',
      '次！',
      'Yes.',
      'No?',
    ]);
    expect(cut('3.5 is a number.')).toEqual(['3.5 is a number.']);
  });

  it('keeps short sentences together', () => {
    expect(cut('はい。ええ。そうですね。', 20, 8)).toEqual(['はい。ええ。', 'そうですね。']);
    expect(cut('Yes. No.', 20, 20)).toEqual(['Yes. No.']);
  });

  it('makes one line of each', () => {
    expect(cut('a\u0000b\tc\nd\r\ne\u2028f')).toEqual(['a b c', 'd', 'e', 'f']);
  });

  it('cuts a long sentence where it may be cut', () => {
    expect(cut('今日は天気がとてもよいので、散歩に行くことにしました。', 20)).toEqual([
      '今日は天気がとてもよいので、',
      '散歩に行くことにしました。',
    ]);
  });

  it('keeps every letter but blanks, in order, within the limit', () => {
    const text = fc.string({ unit: fc.constantFrom(...'あ。、!? .a」「😀\n\u0007'), maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), fc.nat(40), (given, maxSize, joined) => {
        const pieces = cut(given, maxSize, joined);
        for (const piece of pieces) {
          expect(letters(piece)).toBeLessThanOrEqual(maxSize);
          expect(piece).toMatch(/\S/);
          expect(piece).not.toMatch(/\p{Cc}/u);
        }
        expect(pieces.join('').replace(/\s/g, '')).toBe(given.replace(/[\s\u0007]/g, ''));
      }),
    );
  });
});
