import { describe, expect, it } from 'vitest';
import { speakable } from '../../../src/language/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { textWork } from '../../support/text-work.js';

/** Stretches that an expression may try again from each of their letters. */
const ROWS: Readonly<Record<string, string>> = {
  commas: ',',
  'semicolons and dashes': '- ',
  'Japanese commas': '、',
  'colons and signs': ':[',
  capitals: 'A',
  'wide capitals': 'Ａ',
  'wide blanks': '\u3000',
  'empty lines and rules': '---\n',
  'fences of code': '```\n',
  'cells of tables': '|\n',
  'dashes in lines': '-\n',
  'two digits in a row': '11 ',
  digits: '1',
  'opening brackets': '（',
  'thoughts that begin': '<think>',
  'scripts that begin': '<script>',
  'thoughts that end': '</think',
  comments: '<!--',
  'tags that begin': '[face: ',
  'dots of an address': 'www.',
  'signs between nothing': ' & ',
  'halves of numbers': '½',
  emoji: '😀',
  'marks on letters': '\u0301',
};
/** A little less than is spoken at most. */
const LETTERS = 99_000;
/** Takes half a second; by the square of the length half a minute. */
const LIMIT_MS = 10_000;

const rowOf = (unit: string, letters: number): string => unit.repeat(Math.ceil(letters / unit.length));

describe.each(Object.entries(ROWS))('Text of %s', (_, unit) => {
  it.each(['en', 'ja', 'ko'])('is made speakable with work that grows as its length (%s)', (language) => {
    const short = textWork(() => speakable(rowOf(unit, 900), { language }));
    const long = textWork(() => speakable(rowOf(unit, 2700), { language }));
    expect(long / short).toBeLessThan(6);
  });

  // What a match tries and gives up is not counted.
  it(`is made speakable at ${LETTERS} letters`, { timeout: LIMIT_MS }, () => {
    const made = speakable(`a ${rowOf(unit, LETTERS)}あ`, { language: 'en' });
    expect(made.text.startsWith('a')).toBe(true);
    expect(made.sourceAt(made.text.length)).toBe(rowOf(unit, LETTERS).length + 3);
  });
});

it.each(['http://x.jp/', 'a '])(
  'An address that ends with marks is read within the time of a test',
  (begin) => {
    const made = speakable(`${begin}${'.'.repeat(LETTERS)}x`, { links: 'site' });
    expect(made.text).toContain('x');
  },
);

describe.each(Object.entries(HOSTILE_TEXTS))('A hostile text (%s)', (_, text) => {
  it.each(['en', 'ja', 'ko'])(
    'gives an engine one line without controls or halves of letters (%s)',
    (language) => {
      const made = speakable(text, { language });
      expect(made.text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(made.text).not.toMatch(/\p{Surrogate}/u);
      expect(made.runs.map((run) => run.text).join('')).toBe(made.text);
    },
  );
});

describe('Elements for machines', () => {
  it.each([
    ['<think>a</think>b<think>c</THINK >d', 'bd'],
    ['<svg>a<script>b</script>c', 'ac'],
    ['<think/>a', 'a'],
    ['<script>a<style>b</style>c', 'ac'],
    ['<think>a<think>b</think>c', 'c'],
  ])('are silent with what they hold: %s', (text, said) => {
    expect(speakable(text).text).toBe(said);
  });
});
