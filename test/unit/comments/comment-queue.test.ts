import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Comment,
  CommentQueue,
  type QueueDrop,
  type QueueSettings,
} from '../../../src/comments/index.js';
import { QUEUE_DEFAULTS } from '../../../src/comments/settings.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { commentOf, START_MS } from '../../support/comments/comment-of.js';

let clock: FakeClock;
let dropped: [string, QueueDrop][];
let arrivals: number;

beforeEach(() => {
  clock = new FakeClock();
  dropped = [];
  arrivals = 0;
});

function queueOf(settings: Partial<QueueSettings> = {}): CommentQueue {
  return new CommentQueue({ ...QUEUE_DEFAULTS, maxPerAuthor: 1000, ...settings }, clock, ({ text }, reason) =>
    dropped.push([text, reason]),
  );
}

function add(queue: CommentQueue, text: string, fields: Parameters<typeof commentOf>[0] = {}): boolean {
  return queue.add(commentOf({ atMs: clock.wallMs(), text, ...fields }), arrivals++);
}

function takeAll(queue: CommentQueue): string[] {
  const taken: string[] = [];
  for (let entry = queue.take(); entry !== undefined; entry = queue.take()) taken.push(entry.comment.text);
  return taken;
}

describe('CommentQueue', () => {
  it('gives money first, then owner and moderators, then members, then the rest', () => {
    const queue = queueOf();
    add(queue, 'anybody');
    add(queue, 'member', { author: { isMember: true } });
    add(queue, 'moderator', { author: { isModerator: true } });
    add(queue, 'money', { kind: 'paid', paid: { amount: 1, currency: 'JPY', display: '¥1' } });
    add(queue, 'anybody else');
    expect(takeAll(queue)).toEqual(['money', 'moderator', 'member', 'anybody else', 'anybody']);
  });

  it('gives the newest of a priority first, or the oldest when that is asked for', () => {
    const newest = queueOf();
    for (const text of ['1', '2', '3']) add(newest, text);
    expect(takeAll(newest)).toEqual(['3', '2', '1']);
    const oldest = queueOf({ order: 'oldest' });
    for (const text of ['1', '2', '3']) add(oldest, text);
    expect(takeAll(oldest)).toEqual(['1', '2', '3']);
  });

  it('takes the numbers of the settings for priorities', () => {
    const priorities = { ...QUEUE_DEFAULTS.priorities, member: 500, paid: -1 };
    const queue = queueOf({ priorities });
    add(queue, 'money', { kind: 'paid' });
    add(queue, 'member', { author: { isMember: true } });
    expect(takeAll(queue)).toEqual(['member', 'money']);
  });

  it('lets the least urgent fall out when it is full: of the newest first the oldest', () => {
    const queue = queueOf({ maxWaiting: 2 });
    expect(add(queue, 'old')).toBe(true);
    expect(add(queue, 'newer')).toBe(true);
    expect(add(queue, 'newest')).toBe(true);
    expect(dropped).toEqual([['old', 'full']]);
    expect(add(queue, 'money', { kind: 'paid' })).toBe(true);
    expect(add(queue, 'more money', { kind: 'paid' })).toBe(true);
    expect(add(queue, 'too late')).toBe(false);
    expect(dropped.slice(1)).toEqual([
      ['newer', 'full'],
      ['newest', 'full'],
      ['too late', 'full'],
    ]);
  });

  it('refuses the newest when it is full and the oldest come first', () => {
    const queue = queueOf({ maxWaiting: 1, order: 'oldest' });
    add(queue, 'first');
    expect(add(queue, 'second')).toBe(false);
    expect(takeAll(queue)).toEqual(['first']);
  });

  it('drops what has waited too long, when somebody looks', () => {
    const queue = queueOf({ staleMs: 10_000 });
    add(queue, 'old');
    clock.advance(9999);
    add(queue, 'new');
    expect(queue.size).toBe(2);
    clock.advance(1);
    expect(takeAll(queue)).toEqual(['new']);
    expect(dropped).toEqual([['old', 'stale']]);
  });

  it('drops at once what was written too long ago, and counts the way as waiting', () => {
    const queue = queueOf({ staleMs: 10_000 });
    expect(add(queue, 'of yesterday', { atMs: START_MS - 86_400_000 })).toBe(false);
    expect(add(queue, 'slow', { atMs: START_MS - 9000 })).toBe(true);
    clock.advance(1000);
    expect(takeAll(queue)).toEqual([]);
    expect(dropped.map(([, reason]) => reason)).toEqual(['late', 'stale']);
  });

  it('does not let a comment of the future live longer', () => {
    const queue = queueOf({ staleMs: 10_000 });
    add(queue, 'of tomorrow', { atMs: START_MS + 86_400_000 });
    clock.advance(10_000);
    expect(takeAll(queue)).toEqual([]);
  });

  it('lets one author wait with so many: a new one takes the place of the own oldest', () => {
    const queue = queueOf({ maxPerAuthor: 2 });
    for (const text of ['1', '2', '3']) add(queue, text);
    add(queue, 'of another', { author: { id: 'u2' } });
    expect(dropped).toEqual([['1', 'flood']]);
    expect(takeAll(queue)).toEqual(['of another', '3', '2']);
  });

  it('tells authors without ids apart by their names, and those of two sources always', () => {
    const queue = queueOf({ maxPerAuthor: 1 });
    add(queue, 'a', { author: { id: '', name: 'Aki' } });
    add(queue, 'b', { author: { id: '', name: 'Ben' } });
    add(queue, 'c', { author: { id: '', name: 'Aki' }, source: 'other' });
    expect(queue.size).toBe(3);
    add(queue, 'd', { author: { id: '', name: 'Aki' } });
    expect(dropped).toEqual([['a', 'flood']]);
  });

  it('knows a comment again by its id, and the words of an author for a while', () => {
    const queue = queueOf({ repeatMs: 60_000 });
    const comment = commentOf({ text: 'Hello' });
    expect(queue.seenBefore(comment)).toBeUndefined();
    expect(queue.seenBefore(comment)).toBe('duplicate');
    expect(queue.seenBefore(commentOf({ text: 'ＨＥＬＬＯ' }))).toBe('repeated');
    expect(queue.seenBefore(commentOf({ text: 'Hello', author: { id: 'u2' } }))).toBeUndefined();
    expect(queue.seenBefore(commentOf({ text: 'Hello', source: 'other' }))).toBeUndefined();
    clock.advance(60_000);
    expect(queue.seenBefore(commentOf({ text: 'Hello' }))).toBeUndefined();
    expect(queue.seenBefore(comment)).toBe('duplicate');
  });

  it('takes the same words with money again', () => {
    const queue = queueOf();
    expect(queue.seenBefore(commentOf({ text: 'Go', kind: 'paid' }))).toBeUndefined();
    expect(queue.seenBefore(commentOf({ text: 'Go', kind: 'paid' }))).toBeUndefined();
  });

  it('remembers a bounded number of comments, the latest', () => {
    const queue = queueOf();
    const first = commentOf();
    queue.seenBefore(first);
    for (let n = 0; n < 10_000; n++) queue.seenBefore(commentOf({ author: { id: `a${n}` } }));
    const last = commentOf();
    queue.seenBefore(last);
    expect(queue.seenBefore(last)).toBe('duplicate');
    expect(queue.seenBefore({ ...first, author: { ...first.author, id: 'x' } })).toBeUndefined();
  });

  it('drops what was deleted at its source: by id, by author, or all', () => {
    const queue = queueOf();
    const wrong = commentOf({ text: 'wrong' });
    queue.add(wrong, arrivals++);
    add(queue, 'of u2', { author: { id: 'u2' } });
    add(queue, 'elsewhere', { source: 'other' });
    add(queue, 'stays');
    queue.withdraw('test', { ids: [wrong.id] });
    queue.withdraw('test', { authorId: 'u2' });
    expect(dropped).toEqual([
      ['wrong', 'withdrawn'],
      ['of u2', 'withdrawn'],
    ]);
    queue.withdraw('test', { isAll: true });
    expect(takeAll(queue)).toEqual(['elsewhere']);
  });

  it('takes one back to its old place', () => {
    const queue = queueOf({ order: 'oldest' });
    for (const text of ['1', '2']) add(queue, text);
    const first = queue.take();
    if (first === undefined) throw new Error('nothing waits');
    expect(queue.giveBack({ ...first, failures: 1 })).toBe(true);
    expect(queue.next?.failures).toBe(1);
    expect(takeAll(queue)).toEqual(['1', '2']);
  });

  it('never holds more than it may, gives each once and the most urgent first, whatever comes', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('add' as const),
        author: fc.integer({ min: 0, max: 3 }),
        kind: fc.constantFrom('comment' as const, 'paid' as const, 'membership' as const),
        isModerator: fc.boolean(),
        ageMs: fc.integer({ min: 0, max: 12_000 }),
      }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 6000 }) }),
    );
    const shape = fc.record({
      maxWaiting: fc.integer({ min: 1, max: 6 }),
      maxPerAuthor: fc.integer({ min: 1, max: 4 }),
      order: fc.constantFrom('newest' as const, 'oldest' as const),
      steps: fc.array(step, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(shape, ({ steps, ...settings }) => {
        const time = new FakeClock();
        const left = new Map<Comment, number>();
        const given: Comment[] = [];
        const leave = (comment: Comment): unknown => left.set(comment, (left.get(comment) ?? 0) + 1);
        const queue = new CommentQueue({ ...QUEUE_DEFAULTS, ...settings, staleMs: 10_000 }, time, leave);
        for (const one of steps) {
          if (one.do === 'wait') time.advance(one.ms);
          if (one.do === 'add') {
            const { author, kind, isModerator, ageMs } = one;
            const comment = commentOf({
              kind,
              atMs: time.wallMs() - ageMs,
              author: { id: `${author}`, isModerator },
            });
            given.push(comment);
            queue.add(comment, given.length);
          }
          if (one.do === 'take') {
            const entry = queue.take();
            if (entry !== undefined) {
              expect(time.wallMs() - entry.comment.atMs).toBeLessThan(10_000);
              expect(entry.priority).toBeGreaterThanOrEqual(queue.next?.priority ?? Number.NEGATIVE_INFINITY);
              leave(entry.comment);
            }
          }
          expect(queue.size).toBeLessThanOrEqual(settings.maxWaiting);
        }
        for (const comment of queue.clear()) leave(comment);
        expect(given.map((comment) => left.get(comment))).toEqual(given.map(() => 1));
      }),
    );
  });
});
