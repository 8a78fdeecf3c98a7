import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atPointer } from '../../../src/vendor/json-fields.js';
import { JsonObjects } from '../../../src/vendor/json-stream.js';

const objects = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })), {
  maxLength: 5,
});
const separators = fc.constantFrom('', '\n', '\r\n\r\n', '\ndata: ', ', ');

describe('JSON objects in a stream', () => {
  test('come out the same however bytes and objects are cut', () => {
    fc.assert(
      fc.property(
        objects,
        separators,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (all, separator, sizes) => {
          const bytes = new TextEncoder().encode(all.map((one) => separator + JSON.stringify(one)).join(''));
          const reader = new JsonObjects();
          const read: unknown[] = [];
          for (let at = 0; at < bytes.byteLength; ) {
            const size = sizes.next().value as number;
            read.push(...reader.push(bytes.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(JSON.parse(JSON.stringify(all)));
          expect(reader.isInside).toBe(false);
        },
      ),
    );
  });

  test('tell that one has begun and not ended', () => {
    const reader = new JsonObjects();
    expect(reader.push(Buffer.from('{"a":1}{"b":"}'))).toEqual([{ a: 1 }]);
    expect(reader.isInside).toBe(true);
    expect(reader.push(Buffer.from('\\"}"}'))).toEqual([{ b: '}"}' }]);
    expect(reader.isInside).toBe(false);
  });

  test('are refused when they are none', () => {
    expect(() => new JsonObjects().push(Buffer.from('{oops}'))).toThrow(SyntaxError);
  });
});

describe('A JSON pointer', () => {
  const value = { a: [{ 'b/c': 1, '~': 2 }], toString: 3 };
  test.each([
    ['', value],
    ['/a/0/b~1c', 1],
    ['/a/0/~0', 2],
    ['/a/1', undefined],
    ['/a/x', undefined],
    ['/a/0/toString', undefined],
    ['/constructor', undefined],
    ['/a/length', undefined],
  ])('%j finds %j', (pointer, found) => {
    expect(atPointer(value, pointer)).toEqual(found);
  });
});
