import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumIn } from '../../../../src/llm/offline/arithmetic.js';

describe('sumIn', () => {
  it.each([
    ['3+4', 7],
    ['What is 3 plus 4?', 7],
    ["what's seven times six", 42],
    ['twenty-one divided by three', 7],
    ['Please calculate 2 + 3 * 4', 14],
    ['10 - 2 - 3', 5],
    ['1,000 + 1', 1001],
    ['0.1 + 0.2', 0.3],
    ['三足す四は', 7],
    ['二十一割る三はいくつですか?', 7],
    ['12×3は?', 36],
    ['100引く1を計算して', 99],
    ['-5 + 3', -2],
    ['8/2*4', 16],
  ])('%s', (words, value) => {
    expect(sumIn(words)).toEqual({ value });
  });

  it('knows that nothing is divided by zero', () => {
    expect(sumIn('5 / 0')).toEqual({ fault: 'zero' });
  });

  it.each([
    'Hello',
    '3',
    '2024-01-02',
    '1/2/2024',
    'I have 3 cats and 4 dogs',
    'call 03-1234-5678',
    'one',
    '3 +',
    '何時ですか',
    '',
  ])('finds none in %j', (words) => {
    expect(sumIn(words)).toBeUndefined();
  });

  it('agrees with the language for any three numbers', () => {
    const number = fc.integer({ min: 1, max: 9999 });
    const sign = fc.constantFrom('+', '-', '*', '/');
    fc.assert(
      fc.property(number, sign, number, sign, number, (a, first, b, second, c) => {
        fc.pre(!(first === '-' && second === '-'));
        const expected = new Function(`return ${a} ${first} ${b} ${second} ${c}`)() as number;
        fc.pre(!(first === '/' && second === '/'));
        const found = sumIn(`${a} ${first} ${b} ${second} ${c}`);
        expect(found).toEqual({ value: Number(expected.toPrecision(12)) });
      }),
    );
  });

  it('gives an answer or none for any words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (words) => {
        sumIn(words);
      }),
    );
  });
});
