import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolCallSlots } from '../../../../src/llm/engines/openai/tool-call-slots.js';

function callsOf(...deltas: readonly unknown[]): readonly unknown[] {
  let ids = 0;
  const slots = new ToolCallSlots();
  for (const delta of deltas) slots.push([delta]);
  return slots.calls(() => `new${ids++}`);
}

const piece = (index: number | undefined, id: unknown, name: unknown, given: unknown): unknown => ({
  ...(index === undefined ? {} : { index }),
  ...(id === undefined ? {} : { id }),
  type: 'function',
  function: { ...(name === undefined ? {} : { name }), ...(given === undefined ? {} : { arguments: given }) },
});
const call = (id: string, name: string, argumentsJson: string): unknown => ({ id, name, argumentsJson });

describe('Calls in pieces', () => {
  test.each([
    [
      'go by their index, in whatever order they come',
      [
        piece(0, 'a', 'f', ''),
        piece(1, 'b', 'g', '{'),
        piece(0, undefined, undefined, '{"x":1}'),
        piece(1, undefined, undefined, '}'),
      ],
      [call('a', 'f', '{"x":1}'), call('b', 'g', '{}')],
    ],
    [
      'are two when they share an index but neither id nor name',
      [piece(0, 'a', 'f', '{}'), piece(0, 'b', 'g', '{}')],
      [call('a', 'f', '{}'), call('b', 'g', '{}')],
    ],
    [
      'are one when the id changes from piece to piece',
      [piece(0, 'a', 'f', '{"x"'), piece(0, 'b', undefined, ':1}')],
      [call('a', 'f', '{"x":1}')],
    ],
    [
      'are one when the name is said in each piece',
      [piece(0, 'a', 'f', '{"x"'), piece(0, 'a', 'f', ':1}')],
      [call('a', 'f', '{"x":1}')],
    ],
    [
      'go by their id without an index',
      [
        piece(undefined, 'a', 'f', '{'),
        piece(undefined, 'b', 'g', '{}'),
        piece(undefined, 'a', undefined, '}'),
      ],
      [call('a', 'f', '{}'), call('b', 'g', '{}')],
    ],
    [
      'go on with the last without index and id',
      [piece(undefined, undefined, 'f', '{"x":'), piece(undefined, undefined, undefined, '1}')],
      [call('call_new0', 'f', '{"x":1}')],
    ],
    [
      'begin anew with a name, without index and id',
      [piece(undefined, undefined, 'f', '{}'), piece(undefined, undefined, 'f', '{}')],
      [call('call_new0', 'f', '{}'), call('call_new1', 'f', '{}')],
    ],
    ['may have arguments as an object', [piece(0, 'a', 'f', { x: [1] })], [call('a', 'f', '{"x":[1]}')]],
    ['may have no arguments', [piece(0, 'a', 'f', undefined)], [call('a', 'f', '')]],
    [
      'need an id of their own each',
      [piece(0, 'a', 'f', '{}'), piece(1, 'a', 'g', '{}')],
      [call('a', 'f', '{}'), call('call_new0', 'g', '{}')],
    ],
    [
      'are left out when their arguments were cut',
      [piece(0, 'a', 'f', '{"x":'), piece(1, 'b', 'g', '{}')],
      [call('b', 'g', '{}')],
    ],
    ['are left out without a name', [piece(0, 'a', undefined, '{}')], []],
  ])('%s', (_title, deltas, calls) => {
    expect(callsOf(...deltas)).toEqual(calls);
  });

  test('are whole however their arguments are cut, and nothing that comes is too much', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.nat(40), { maxLength: 5 }), (value, cuts) => {
        const whole = JSON.stringify({ value });
        const places = [0, ...cuts.map((at) => Math.min(at, whole.length)), whole.length].sort(
          (a, b) => a - b,
        );
        const pieces = places
          .slice(1)
          .map((end, at) =>
            piece(0, at === 0 ? 'a' : undefined, at === 0 ? 'f' : undefined, whole.slice(places[at], end)),
          );
        expect(callsOf(...pieces)).toEqual([call('a', 'f', whole)]);
      }),
    );
    fc.assert(fc.property(fc.anything(), (anything) => void new ToolCallSlots().push(anything)));
  });
});
