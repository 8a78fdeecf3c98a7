import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../../src/cli/printable.js';
import { anyText } from '../../support/any-text.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';

/** What a terminal would obey. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const texts = fc.oneof(
  anyText,
  fc.constantFrom(...Object.values(HOSTILE_TEXTS)),
  fc.string({ unit: 'binary' }),
);

describe('What others say, in a terminal', () => {
  it('is all there and steers nothing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(STEERING);
        expect(shown).toHaveLength(text.length);
      }),
    );
  });

  it('keeps letters of every writing, emoji with their joiners, and marks of direction that end with their letter', () => {
    const text = 'やあ、שלום\u200f مرحبا 👩\u200d🚀 é';
    expect(printable(text)).toBe(text);
  });

  it('is the same JSON, escaped', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, texts), (value) => {
        const shown = printableJson(value);
        expect(shown).not.toMatch(STEERING);
        expect(shown).toBe(printableJson(JSON.parse(shown)));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
