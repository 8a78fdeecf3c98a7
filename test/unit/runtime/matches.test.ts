import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { matchesOf } from '../../../src/runtime/index.js';

const PATTERNS = [
  /a/g,
  /a*/g,
  /a*/gu,
  /(?:)/g,
  /(?:)/gu,
  /(?<=a)b?/gu,
  /(a)|(?<two>b)/g,
  /[^a]/gu,
  /^|$/gm,
  /\p{L}+/gu,
  /(?=😀)/gu,
  /(?=\ude00)/g,
];

describe('matchesOf', () => {
  it('finds what matchAll finds: matches of nothing, halves of characters and groups included', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'aa', 'b', '😀', '\ud83d', '\ude00', 'あ', '\n', ' '))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, fc.constantFrom(...PATTERNS), (text, pattern) => {
        expect([...matchesOf(text, pattern)]).toEqual([...text.matchAll(pattern)]);
        expect(pattern.lastIndex).toBe(0);
      }),
      { numRuns: 3000, seed: 3 },
    );
  });

  it('is not led astray by who uses the pattern meanwhile, and leaves it as it was when nobody wants more', () => {
    const pattern = /a/g;
    const found: number[] = [];
    for (const { index } of matchesOf('a a a', pattern)) {
      found.push(index);
      expect([...matchesOf('xa', pattern)]).toHaveLength(1);
      expect(pattern.test('bba')).toBe(true);
    }
    expect(found).toEqual([0, 2, 4]);
    pattern.lastIndex = 0;
    for (const _first of matchesOf('a a', pattern)) break;
    expect(pattern.lastIndex).toBe(0);
  });

  it('makes no copy of the pattern', () => {
    const pattern = /a/g;
    const exec = vi.spyOn(pattern, 'exec');
    expect([...matchesOf('aba', pattern)]).toHaveLength(2);
    expect(exec).toHaveBeenCalledTimes(3);
  });
});
