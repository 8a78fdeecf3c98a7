import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerItems } from '../../../src/realtime/openai/answer-items.js';

const MS = 48;

describe('AnswerItems', () => {
  it('cuts so that what is left is what was heard, for any items and any moment', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 16_000 }),
        fc.boolean(),
        (lengths, heardMs, isWhole) => {
          const items = new AnswerItems();
          for (const [at, ms] of lengths.entries()) {
            items.add(`m${at}`, 'message');
            if (ms > 0) items.addSound(`m${at}`, 0, ms * MS);
          }
          const totalMs = lengths.reduce((sum, ms) => sum + ms, 0);
          const left = new Map(lengths.map((ms, at) => [`m${at}`, ms]));
          for (const cut of items.cuts(heardMs, isWhole)) {
            if (cut.how === 'truncate') {
              expect(Number.isInteger(cut.heardMs)).toBe(true);
              expect(cut.heardMs).toBeLessThanOrEqual(left.get(cut.itemId) ?? 0);
              left.set(cut.itemId, cut.heardMs);
            } else left.delete(cut.itemId);
          }
          const leftMs = [...left.values()].reduce((sum, ms) => sum + ms, 0);
          expect(leftMs).toBe(Math.min(heardMs, totalMs));
          expect(items.soundMs).toBe(totalMs);
        },
      ),
    );
  });

  it('leaves what was heard whole', () => {
    const items = new AnswerItems();
    items.addSound('m', 0, 1000 * MS);
    expect(items.cuts(1000, true)).toEqual([]);
    expect(items.cuts(1000, false)).toEqual([
      { how: 'truncate', itemId: 'm', contentIndex: 0, heardMs: 1000 },
    ]);
  });

  it('leaves a call whose result the server has, and deletes one that nobody will answer', () => {
    const items = new AnswerItems();
    items.addSound('m', 0, 1000 * MS);
    items.add('answered', 'function_call');
    items.add('open', 'function_call');
    const isAnswered = (itemId: string): boolean => itemId === 'answered';
    expect(items.cuts(1000, true, isAnswered)).toEqual([{ how: 'delete', itemId: 'open' }]);
    expect(items.cuts(0, true, isAnswered)).toEqual([
      { how: 'delete', itemId: 'm' },
      { how: 'delete', itemId: 'open' },
    ]);
  });

  it('remembers the part of an item that holds the sound', () => {
    const items = new AnswerItems();
    items.addSound('m', 2, 1000 * MS);
    expect(items.cuts(10.9, true)).toEqual([{ how: 'truncate', itemId: 'm', contentIndex: 2, heardMs: 10 }]);
  });
});
