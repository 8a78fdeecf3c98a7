import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteRange } from '../../../src/api/rest/byte-range.js';

describe('byteRange', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=5-4', undefined],
    ['bytes=0-', { from: 0, to: 99 }],
    ['bytes=10-19', { from: 10, to: 19 }],
    ['bytes=90-500', { from: 90, to: 99 }],
    ['bytes=-10', { from: 90, to: 99 }],
    ['bytes=-500', { from: 0, to: 99 }],
    ['bytes=100-', 'none'],
    ['bytes=-0', 'none'],
  ])('of %s in 100 bytes is %j', (header, expected) => expect(byteRange(header, 100)).toEqual(expected));

  it('never leaves the file, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.nat(1000),
        fc.oneof(fc.nat(2000), fc.constant('')),
        fc.oneof(fc.nat(2000), fc.constant('')),
        (_, bytes, a, b) => {
          const range = byteRange(`bytes=${a}-${b}`, bytes);
          if (range === undefined || range === 'none') return;
          expect(range.from).toBeGreaterThanOrEqual(0);
          expect(range.to).toBeLessThan(bytes);
          expect(range.from).toBeLessThanOrEqual(range.to);
        },
      ),
    );
  });
});
