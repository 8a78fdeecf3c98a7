import fc from 'fast-check';
import { parse } from 'micromark';
import { describe, expect, it, vi } from 'vitest';
import { BLOCK_END, markdownEdits, parsedEdits } from '../../../src/language/normalise-markdown.js';

vi.mock('micromark', { spy: true });

const OPTIONS = { keepsCodeBlocks: false, keepsInlineCode: true, keepsImageTexts: true, comma: '、' };

/** What Markdown takes for more than itself somewhere, and what stands around it. */
const PARTS = [
  ...[
    'そうですね',
    '、',
    '晴れです。',
    'Yes',
    'it is',
    '3時',
    '１．',
    '①',
    '・',
    '「はい」',
    '👍🏽',
    'é',
    '\u200b',
    '　',
    '\u00a0',
  ],
  ...[
    ' ',
    '  ',
    '    ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '  \n',
    '\\\n',
    '\f',
    '\v',
    '\0',
    '\u0085',
    '\u2028',
    '\u2029',
    '\ufeff',
  ],
  ...[
    '1.',
    '12)',
    '1234567890.',
    '-',
    '+',
    '*',
    '**',
    '_',
    '__',
    '~',
    '~~~',
    '`',
    '```',
    '#',
    '## ',
    '>',
    '=',
    '===',
    '---',
    '|',
    ':-',
  ],
  ...[
    '[',
    ']',
    '(',
    ')',
    '![',
    '!',
    '](u)',
    '[a]: b',
    '<',
    '<b>',
    '</b>',
    '<!--',
    '&',
    '&amp;',
    '&#65;',
    '\\',
    '\\*',
    '$',
    '%',
    '^',
  ],
  ...[
    'http://example.com',
    '<http://example.com>',
    'a@example.com',
    'https://例え.jp/?a=b&c=d',
    '"',
    "'",
    '{',
    '}',
    ':',
    ';',
    '/',
    '?',
    '.',
  ],
  ...['\ud800', '\udc00', '\x7f', '\x1b[0m'],
];

const texts = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary-ascii', maxLength: 6 }),
);

describe('markdownEdits', () => {
  it('gives for text without marks what the parser gives, and never overlooks a mark', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(markdownEdits(text, OPTIONS)).toEqual(parsedEdits(text, OPTIONS));
      }),
      { numRuns: 10_000, seed: 5 },
    );
  });

  it.each(Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)))(
    'gives what the parser gives with %j before, inside and behind words',
    (sign) => {
      for (const text of [
        sign,
        `${sign}a`,
        `a${sign}`,
        `a${sign}b`,
        `${sign} a`,
        `a ${sign}`,
        `a${sign}${sign}b${sign}`,
        `1${sign} a`,
      ])
        expect(markdownEdits(text, OPTIONS)).toEqual(parsedEdits(text, OPTIONS));
    },
  );

  it.each([
    'そうですね、',
    '晴れです。',
    'ですけれど！',
    '3時です。',
    '１．はい',
    '「はい」。',
    'Yes, it is.',
    "It's 5, I think (really)?",
    '👍 100%',
  ])('asks no parser where nothing can be a mark: %s', (text) => {
    vi.mocked(parse).mockClear();
    expect(markdownEdits(text, OPTIONS)).toEqual([{ from: text.length, to: text.length, text: BLOCK_END }]);
    expect(parse).not.toHaveBeenCalled();
  });

  it('does not take a line that is too long for people for Markdown', () => {
    for (const length of [3999, 4000, 4001, 9000]) {
      const text = 'あ'.repeat(length);
      expect(markdownEdits(text, OPTIONS)).toEqual([{ from: length, to: length, text: BLOCK_END }]);
      expect(parsedEdits(text, OPTIONS)).toEqual([{ from: length, to: length, text: BLOCK_END }]);
    }
  });
});
