import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../../../src/llm/chat-model.js';
import { dataUrl, soundMessages, strictTurns } from '../../../../src/llm/engines/tidy-messages.js';

const user = (text: string): ChatMessage => ({ role: 'user', text });
const said = (text: string): ChatMessage => ({ role: 'assistant', text });
const called = (text: string, ...ids: readonly string[]): ChatMessage => ({
  role: 'assistant',
  text,
  calls: ids.map((id) => ({ id, name: 'f', argumentsJson: '{}' })),
});
const result = (callId: string): ChatMessage => ({ role: 'tool', callId, name: 'f', result: 'r' });
const missing = (callId: string): ChatMessage => ({
  role: 'tool',
  callId,
  name: 'f',
  result: 'The call was cut off: there is no result.',
  isError: true,
});

describe('Messages for a vendor', () => {
  test.each<[string, readonly ChatMessage[], readonly ChatMessage[]]>([
    [
      'stay as they are',
      [user('a'), called('', 'x'), result('x'), said('b')],
      [user('a'), called('', 'x'), result('x'), said('b')],
    ],
    [
      'have no turns with nothing in them',
      [user('a'), said(' '), user(''), user('b')],
      [user('a'), user('b')],
    ],
    [
      'have no results of calls that are not there',
      [result('x'), user('a'), said('b'), result('y')],
      [user('a'), said('b')],
    ],
    [
      'have a result for every call',
      [user('a'), called('', 'x', 'y'), result('y'), user('b')],
      [user('a'), called('', 'x', 'y'), result('y'), missing('x'), user('b')],
    ],
    [
      'have one result for a call',
      [user('a'), called('', 'x'), result('x'), result('x')],
      [user('a'), called('', 'x'), result('x')],
    ],
    [
      'keep an image without words',
      [{ role: 'user', text: '', images: ['u'] }],
      [{ role: 'user', text: '', images: ['u'] }],
    ],
  ])('%s', (_title, messages, expected) => {
    expect(soundMessages(messages)).toEqual(expected);
  });

  test('have a strict form: system apart, a user first, nobody twice', () => {
    const { system, turns } = strictTurns([
      { role: 'system', text: 's1' },
      said('Welcome'),
      user('a'),
      { role: 'system', text: 's2' },
      { role: 'user', text: 'b', images: ['u'] },
      said('c'),
      said('d'),
    ]);
    expect(system).toBe('s1\n\ns2');
    expect(turns).toEqual([
      user('(The conversation begins.)'),
      said('Welcome'),
      { role: 'user', text: 'a\nb', images: ['u'] },
      said('c\nd'),
    ]);
  });

  test('keep what a model gave for itself in its place', () => {
    const noted: ChatMessage = { role: 'assistant', text: 'c', vendor: [1] };
    expect(strictTurns([user('a'), said('b'), noted]).turns).toEqual([user('a'), said('b'), noted]);
  });

  test('are sound and strict whatever a history holds, and lose no words', () => {
    const word = fc.constantFrom('', 'a', 'b', ' ');
    const id = fc.constantFrom('x', 'y');
    const message = fc.oneof(
      word.map((text): ChatMessage => ({ role: 'system', text })),
      word.map(user),
      fc
        .tuple(word, fc.uniqueArray(id))
        .map(([text, ids]) => (ids.length === 0 ? said(text) : called(text, ...ids))),
      id.map(result),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
        const { system, turns } = strictTurns(messages);
        expect(turns[0]?.role ?? 'user').toBe('user');
        for (const [at, turn] of turns.entries()) {
          if (turn.role === 'user') expect(turns[at - 1]?.role).not.toBe('user');
          if (turn.role !== 'assistant') continue;
          const next = turns.slice(at + 1);
          const answered = next
            .slice(0, turn.calls?.length ?? 0)
            .map((one) => (one.role === 'tool' ? one.callId : ''));
          expect(answered.sort()).toEqual((turn.calls ?? []).map((one) => one.id).sort());
        }
        const words = (all: readonly ChatMessage[]): string =>
          all
            .map((one) => (one.role === 'tool' || one.text.startsWith('(') ? '' : one.text))
            .join('')
            .replace(/\s/g, '');
        expect([...words(turns), ...system.replace(/\s/g, '')].sort()).toEqual([...words(messages)].sort());
      }),
    );
  });
});

describe('A data URL', () => {
  test.each([
    ['data:image/png;base64,AAAA', { mediaType: 'image/png', base64: 'AAAA' }],
    ['data:image/svg+xml;charset=utf-8;base64,AAAA', { mediaType: 'image/svg+xml', base64: 'AAAA' }],
    ['data:image/png,AAAA', undefined],
    ['https://example.com/a.png', undefined],
  ])('of %j is %j', (url, expected) => {
    expect(dataUrl(url)).toEqual(expected);
  });
});
