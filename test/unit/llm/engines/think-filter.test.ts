import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatPart } from '../../../../src/llm/chat-model.js';
import { ThinkFilter } from '../../../../src/llm/engines/think-filter.js';

function told(pieces: readonly string[]): { readonly thoughts: string; readonly words: string } {
  const filter = new ThinkFilter();
  const parts: ChatPart[] = [...pieces.flatMap((piece) => filter.push(piece)), ...filter.end()];
  const of = (type: 'text' | 'reasoning'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('');
  return { thoughts: of('reasoning'), words: of('text') };
}

describe('Thoughts in the text', () => {
  test.each([
    ['<think>Hm.</think>\n\nHello', 'Hm.', 'Hello'],
    ['\n <think>Hm.</think>Hello', 'Hm.', 'Hello'],
    ['<think></think>Hello', '', 'Hello'],
    ['<think>a < b </ c</think>Hello', 'a < b </ c', 'Hello'],
    ['<think>never ended', 'never ended', ''],
    ['Hello <think>no</think>', '', 'Hello <think>no</think>'],
    ['<thin', '', '<thin'],
    ['<thing> is a tag', '', '<thing> is a tag'],
    [' Hello ', '', ' Hello '],
    ['', '', ''],
    ['<think>a</think>b</think>c', 'a', 'b</think>c'],
  ])('of %j are %j, and the words %j', (text, thoughts, words) => {
    expect(told([text])).toEqual({ thoughts, words });
  });

  test('are told apart the same wherever the text is cut', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<', '/think>', 'think', ' ', '\n', 'あ', 'word');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        (text, cuts) => {
          const whole = text.join('');
          const places = [0, ...cuts.map((at) => Math.min(at, whole.length)), whole.length].sort(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((end, at) => whole.slice(places[at], end));
          expect(told(pieces)).toEqual(told([whole]));
        },
      ),
    );
  });

  test('hold nothing back of an answer that has none', () => {
    const filter = new ThinkFilter();
    expect(filter.push('H')).toEqual([{ type: 'text', text: 'H' }]);
    expect(filter.push('<think>')).toEqual([{ type: 'text', text: '<think>' }]);
  });
});
