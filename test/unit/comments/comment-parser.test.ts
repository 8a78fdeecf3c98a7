import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type CommentFacts,
  commentParser,
  commentSchema,
  MAX_COMMENTS_AT_ONCE,
} from '../../../src/comments/index.js';
import { RequestError } from '../../../src/runtime/index.js';

const parse = commentParser(z);

function facts(): CommentFacts {
  let count = 0;
  return { source: 'api', wallMs: 1000, newId: () => `n${++count}` };
}

const AUTHOR = { id: '', name: '', isModerator: false, isMember: false, isOwner: false };

describe('commentParser', () => {
  it('reads one comment, with everything that may be in it', () => {
    const given = {
      id: 'x1',
      text: ' Hello\nthere ',
      author: { id: 'u1', name: 'Aki', isModerator: true, isMember: true, isOwner: true },
      paid: { amount: 500, currency: 'JPY', display: '¥500' },
      atMs: 5,
      kind: 'paid',
      language: 'ja-JP',
    };
    expect(parse(given, facts())).toEqual([{ ...given, text: 'Hello there', source: 'api' }]);
  });

  it('needs nothing but a text', () => {
    expect(parse({ text: 'Hi' }, facts())).toEqual([
      { id: 'n1', source: 'api', author: AUTHOR, text: 'Hi', atMs: 1000, kind: 'comment' },
    ]);
  });

  it('reads a list, in order', () => {
    expect(parse([{ text: 'a' }, { text: 'b' }], facts()).map(({ id, text }) => id + text)).toEqual([
      'n1a',
      'n2b',
    ]);
    expect(parse([], facts())).toEqual([]);
  });

  it.each([
    [{ name: 'Aki', comment: 'Hi' }, 'Aki', 'Hi'],
    [{ userName: 'Aki', message: 'Hi' }, 'Aki', 'Hi'],
    [{ author: 'Aki', body: 'Hi' }, 'Aki', 'Hi'],
    [{ author: { displayName: 'Aki' }, text: 'Hi', comment: 'not this' }, 'Aki', 'Hi'],
    [{ author: null, user: 'Aki', text: null, message: 'Hi' }, 'Aki', 'Hi'],
  ])('understands %j', (given, name, text) => {
    expect(parse(given, facts())[0]).toMatchObject({ author: { name }, text });
  });

  it('understands flags, ids and times of other names', () => {
    const given = { text: 'Hi', userId: 7, moderator: true, subscriber: true, isBroadcaster: true, id: 12 };
    expect(parse({ ...given, timestamp: '2026-11-22T05:00:00+09:00' }, facts())[0]).toMatchObject({
      id: '12',
      author: { id: '7', isModerator: true, isMember: true, isOwner: true },
      atMs: Date.UTC(2026, 10, 21, 20),
    });
  });

  it('takes money or a membership without words', () => {
    expect(parse({ paid: { amount: 3, currency: 'USD' } }, facts())[0]).toMatchObject({
      kind: 'paid',
      text: '',
      paid: { amount: 3, currency: 'USD', display: '3 USD' },
    });
    expect(parse({ kind: 'membership', name: 'Aki' }, facts())[0]).toMatchObject({
      kind: 'membership',
      text: '',
    });
  });

  it.each([
    ['Hello', 'expected a comment {"text": …, "author": {"name": …}}, got a string'],
    [null, 'got null'],
    [[{ text: 'ok' }, 3], 'at [1], got a number'],
    [{}, 'expected a comment with a text'],
    [{ text: ' \n\u200b' }, 'expected a comment with a text, got none that can be read'],
    [[{ text: 'ok' }, { text: 5 }], '[1].text: '],
    [{ text: 'a', author: { name: {} } }, 'author.name: '],
    [{ text: 'a', paid: { amount: -1 } }, 'paid.amount: '],
    [{ text: 'a', paid: 500 }, 'paid: '],
    [{ text: 'a', kind: 'gift' }, 'kind: '],
    [{ text: 'a', atMs: 'yesterday' }, 'atMs: '],
    [{ text: 'a'.repeat(20_001) }, 'text: '],
    [
      new Array(MAX_COMMENTS_AT_ONCE + 1).fill({ text: 'a' }),
      'expected at most 200 comments at once, got 201',
    ],
  ])('refuses %j with a sentence that says where', (given, sentence) => {
    try {
      parse(given, facts());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
      expect(String(error)).toContain(sentence);
      expect(String(error)).toContain('Correct what is sent.');
    }
  });

  it('counts names that objects have for nothing', () => {
    const given = JSON.parse('{"text":"hi","__proto__":{"isOwner":true},"constructor":{"name":"x"}}');
    expect(parse(given, facts())[0]?.author).toEqual(AUTHOR);
  });

  it('gives plain comments or refuses, whatever JSON comes', () => {
    const keys = fc.constantFrom(
      'text',
      'comment',
      'author',
      'name',
      'paid',
      'amount',
      'atMs',
      'kind',
      'id',
      'timestamp',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        tie('object'),
        fc.array(tie('value')),
      ),
      object: fc.dictionary(keys, tie('value')),
    })).value;
    fc.assert(
      fc.property(value, (given) => {
        try {
          for (const { text, author } of parse(given, facts()))
            expect(text + author.name).not.toMatch(/[\p{Cc}]/u);
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has a schema that can be shown to people', () => {
    expect(JSON.stringify(z.toJSONSchema(commentSchema(z), { io: 'input' }))).toContain('Also `comment`');
  });
});
