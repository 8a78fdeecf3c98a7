import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressText } from '../../../src/tools/index.js';

describe('progressText', () => {
  it.each<[unknown, string]>([
    ['a third', 'a third'],
    ['two\n lines', 'two lines'],
    [{ progress: 3, total: 10 }, '30 %'],
    [{ progress: 3, total: 10, message: 'reading' }, 'reading · 30 %'],
    [{ progress: 17 }, '17'],
    [{ progress: 17, total: 0 }, '17'],
    [{ progress: Number.NaN }, '{"progress":null}'],
    [{ message: ' ' }, '{"message":" "}'],
    [{ page: 2 }, '{"page":2}'],
    [undefined, '…'],
    [new Uint8Array(9), '"[9 bytes]"'],
  ])('of %j is %s', (value, text) => {
    expect(progressText(value)).toBe(text);
  });

  it('tells what cannot be written, and never throws', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(progressText(circle)).not.toBe('');
  });

  it('is one short line of whole letters for any value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.anything()), (value) => {
        const text = progressText(value);
        expect(text.length).toBeLessThanOrEqual(200);
        expect(text).not.toMatch(/\n/);
        if (typeof value === 'string') expect(() => encodeURIComponent(text)).not.toThrow();
      }),
    );
  });
});
