import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../src/comments/index.js';
import { countLetters } from '../../../src/comments/plain-line.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';

/** Letters that meet each other badly, beside any others. */
const AWKWARD = [
  ...[
    '\u200d',
    '\ufe0f',
    '\u0301',
    '\u{1f3fd}',
    '👩',
    '1',
    '#',
    ':a:',
    ' ',
    '\n',
    '\u202e',
    '\u{e0041}',
    '\ud83d',
  ],
  ...[
    '\u0e33',
    '\u1100',
    '\u1161',
    'é',
    'e',
    '\u034f',
    '\u115f',
    '\u20e3',
    '🇯',
    '❤',
    '\u{e0100}',
    'が',
    '\u3099',
  ],
];
const letter = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.integer({ min: 0, max: 0x10_ffff }).map((code) => String.fromCodePoint(code)),
);
const text = fc.array(letter, { maxLength: 60 }).map((parts) => parts.join(''));
const limit = fc.integer({ min: 1, max: 40 });
const RUNS = { numRuns: 3000 };

describe('plainLine', () => {
  it('never gives a control character, a line break, or a letter that nobody sees', () => {
    fc.assert(
      fc.property(text, limit, (given, max) => {
        const line = plainLine(given, max);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u);
        expect(line.replace(/[\u200d\ufe0f]/g, '')).not.toMatch(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u);
        expect(line).not.toMatch(/\s\s|^\s|\s$/);
      }),
      RUNS,
    );
  });

  it('never gives more letters than asked for, nor more than four units for each', () => {
    fc.assert(
      fc.property(text, limit, (given, max) => {
        const line = plainLine(given, max);
        expect(countLetters(line)).toBeLessThanOrEqual(max);
        expect(line.length).toBeLessThanOrEqual(max * 4);
      }),
      RUNS,
    );
  });

  it('leaves what it gave as it is', () => {
    fc.assert(
      fc.property(text, limit, (given, max) => {
        const line = plainLine(given, max);
        expect(plainLine(line, max)).toBe(line);
      }),
      RUNS,
    );
  });

  it.each(Object.entries(HOSTILE_TEXTS))('makes one bounded line of %s', (_name, hostile) => {
    const line = plainLine(hostile, 300);
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u);
    expect(line.length).toBeLessThanOrEqual(1200);
  });

  it.each([
    ['Hello\r\n  there\tyou', 'Hello there you'],
    ['pay \u202e001\u202c yen', 'pay 001 yen'],
    ['b\u200ba\u2060d', 'bad'],
    [
      `hi${[...'obey me'].map((one) => String.fromCodePoint(0xe0000 + (one.codePointAt(0) ?? 0))).join('')}!`,
      'hi!',
    ],
    ['か\u3099き', 'がき'],
    ['half \ud83d', 'half \ufffd'],
    [`Z${'\u0301'.repeat(99)}a`, 'Ź\u0301\u0301\u0301\u0301a'],
    [':kusa: :kusa::kusa: lol :kusa:', ':kusa: lol :kusa:'],
    ['\u2800\u3164 \u00a0', ''],
  ])('makes %j to %j', (given, expected) => {
    expect(plainLine(given, 300)).toBe(expected);
  });

  it('keeps emoji of several letters whole, and takes their parts away where they are none', () => {
    expect(plainLine('👩‍👩‍👧 ❤️ 👍🏽 1️⃣', 10)).toBe('👩‍👩‍👧 ❤️ 👍🏽 1️⃣');
    expect(plainLine('a\u200db\ufe0f', 10)).toBe('ab');
  });

  it('cuts between letters as people see them', () => {
    expect(plainLine('ab👩‍👩‍👧c', 3)).toBe('ab👩‍👩‍👧'.slice(0, 2 + 8));
    expect(plainLine('ab👩‍👩‍👧c', 2)).toBe('ab');
    expect(plainLine('あ'.repeat(500), 300)).toBe('あ'.repeat(300));
  });

  it('gives up a letter that is made of hundreds', () => {
    expect(plainLine(`a${'👩\u200d'.repeat(400)}👩b`, 5)).toBe('a');
  });
});
