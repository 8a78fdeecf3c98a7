import { describe, expect, it } from 'vitest';
import { CommentRules, type ModerationSettings } from '../../../src/comments/index.js';
import { MODERATION_DEFAULTS } from '../../../src/comments/settings.js';
import { commentOf } from '../../support/comments/comment-of.js';

function ruled(settings: Partial<ModerationSettings>, fields: Parameters<typeof commentOf>[0]): string {
  const ruling = new CommentRules({ ...MODERATION_DEFAULTS, ...settings }).apply(commentOf(fields));
  return 'reason' in ruling ? `dropped: ${ruling.reason}` : ruling.comment.text;
}

describe('CommentRules', () => {
  it('let an ordinary comment through as it is', () => {
    const comment = commentOf({ text: 'How are you today?' });
    expect(new CommentRules(MODERATION_DEFAULTS).apply(comment)).toEqual({ comment });
  });

  it.each([
    ['badword', 'you BADWORD you', 'dropped: word'],
    ['badword', 'ｙｏｕ ＢＡＤＷＯＲＤ', 'dropped: word'],
    ['ass', 'first class', 'first class'],
    ['ass', 'an ass.', 'dropped: word'],
    ['死ね', 'みんな死ねばいい', 'dropped: word'],
    ['ﾊﾞｶ', 'バカだね', 'dropped: word'],
    ['straße', 'STRASSE', 'dropped: word'],
    ['two words', 'these two   words', 'dropped: word'],
    ['a.c', 'abc', 'abc'],
    ['(', 'a ( b', 'dropped: word'],
  ])('with the blocked word %j make %j to %j', (word, text, expected) => {
    expect(ruled({ blockedWords: [word] }, { text })).toBe(expected);
  });

  it('look for blocked words in the name too, since it is spoken', () => {
    expect(ruled({ blockedWords: ['badword'] }, { text: 'hi', author: { name: 'x badword x' } })).toBe(
      'dropped: word',
    );
  });

  it('drop blocked authors by id and by name', () => {
    const settings = { blockedAuthors: ['Nightbot', 'UC123'] };
    expect(ruled(settings, { author: { name: 'NIGHTBOT' } })).toBe('dropped: author');
    expect(ruled(settings, { author: { id: 'UC123' } })).toBe('dropped: author');
    expect(ruled(settings, { text: 'ok', author: { id: '', name: '' } })).toBe('ok');
  });

  it.each([
    ['remove', 'see https://evil.example/x?y=1 now', 'see now'],
    ['remove', 'www.evil.example', 'dropped: empty'],
    ['remove', 'look at evil-site.com/path ok', 'look at ok'],
    ['remove', 'discord.gg/abcdef', 'dropped: empty'],
    ['drop', 'see HTTPS://evil.example', 'dropped: link'],
    ['keep', 'see https://evil.example', 'see https://evil.example'],
    ['remove', 'version 3.14 of Node.js costs 1.50', 'version 3.14 of Node.js costs 1.50'],
    ['remove', 'はい。いいえ。comもある', 'はい。いいえ。comもある'],
  ] as const)('with links %s make %j to %j', (links, text, expected) => {
    expect(ruled({ links }, { text })).toBe(expected);
  });

  it('want a beginning, and leave it out; money needs none', () => {
    const settings = { mustStartWith: '!ask ' };
    expect(ruled(settings, { text: '!ask why?' })).toBe('why?');
    expect(ruled(settings, { text: '！ＡＳＫ why?' })).toBe('why?');
    expect(ruled(settings, { text: 'why?' })).toBe('dropped: start');
    expect(ruled(settings, { text: '!ask' })).toBe('dropped: start');
    expect(ruled(settings, { text: 'why?', kind: 'paid' })).toBe('why?');
    expect(ruled({ mustStartWith: '質問' }, { text: '質問　元気？' })).toBe('元気？');
  });

  it('count letters as people do', () => {
    expect(ruled({ minLetters: 2 }, { text: '👩‍👩‍👧' })).toBe('dropped: short');
    expect(ruled({ minLetters: 2 }, { text: '👩‍👩‍👧', kind: 'paid' })).toBe('👩‍👩‍👧');
    expect(ruled({ maxLetters: 3 }, { text: 'abcd' })).toBe('dropped: long');
    expect(ruled({ maxLetters: 4 }, { text: 'abcd' })).toBe('abcd');
  });

  it('drop kinds that are not asked for', () => {
    expect(ruled({}, { kind: 'system' })).toBe('dropped: kind');
    expect(ruled({ kinds: ['paid'] }, { kind: 'comment' })).toBe('dropped: kind');
  });

  it.each([
    'a.'.repeat(2000),
    'www.'.repeat(2000),
    `${'a-'.repeat(2000)}.com`,
    'http://'.repeat(1000),
    '!ask'.repeat(1000),
  ])('take no longer for a text made to be slow (%#)', (text) => {
    expect(ruled({ blockedWords: ['aaa bbb'], mustStartWith: '!ask ' }, { text })).toMatch(/^dropped/);
  });
});
