import { beforeEach, describe, expect, it } from 'vitest';
import {
  type CommentDrop,
  CommentFeed,
  type FeedSettings,
  type Moderate,
  Moderator,
} from '../../../src/comments/index.js';
import { MODERATION_DEFAULTS, QUEUE_DEFAULTS } from '../../../src/comments/settings.js';
import { FakeClock, RequestError, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { commentOf } from '../../support/comments/comment-of.js';
import { FakePort } from '../../support/comments/fake-port.js';

let clock: FakeClock;
let port: FakePort;
let dropped: [string, CommentDrop][];
let told: string[];
beforeEach(() => {
  clock = new FakeClock();
  port = new FakePort();
  dropped = [];
  told = [];
});

function feedOf(settings: Partial<FeedSettings> = {}, hook?: Moderate): CommentFeed {
  const moderator = new Moderator({
    ...{ rules: MODERATION_DEFAULTS, hook, hookMs: 1000, maxChecking: 8, maxLetters: 300, clock },
    onFault: () => {},
  });
  const feed = new CommentFeed({
    settings: { ...QUEUE_DEFAULTS, ...settings },
    moderator,
    ...{ port, clock, logger: SILENT_LOGGER, turnText: ({ text }) => text },
  });
  feed.events.on('dropped', ({ text }, reason) => dropped.push([text, reason]));
  for (const name of ['accepted', 'asked', 'answered'] as const)
    feed.events.on(name, ({ text }) => told.push(`${name} ${text}`));
  return feed;
}

let people = 0;
function offer(feed: CommentFeed, text: string, fields: Parameters<typeof commentOf>[0] = {}): void {
  feed.offer(commentOf({ atMs: clock.wallMs(), text, author: { id: `p${people++}` }, ...fields }));
}

const paid = { kind: 'paid' as const };
/** Promises settle, and what is due now runs. */
const settle = (): Promise<void> => clock.advanceAsync(0);

describe('CommentFeed', () => {
  it('asks a comment at once when nobody speaks, and tells each step', async () => {
    const feed = feedOf();
    offer(feed, 'hello');
    await settle();
    expect(port.turns[0]?.question).toMatchObject({
      text: 'hello',
      ifBusy: 'refuse',
      metadata: { comment: { text: 'hello', source: 'test' } },
    });
    expect(feed.asking?.text).toBe('hello');
    port.end();
    await settle();
    expect(told).toEqual(['accepted hello', 'asked hello', 'answered hello']);
    expect(feed.asking).toBeUndefined();
    feed.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('asks the most urgent first of those that came together', async () => {
    const feed = feedOf();
    offer(feed, 'hello');
    offer(feed, 'money', paid);
    await settle();
    expect(port.asked).toEqual(['money']);
    port.end();
    await settle();
    expect(port.asked).toEqual(['money', 'hello']);
  });

  it('asks one at a time, the most urgent of those that wait', async () => {
    const feed = feedOf();
    offer(feed, '1');
    await settle();
    for (const text of ['2', '3']) offer(feed, text);
    offer(feed, 'money', paid);
    await settle();
    expect(port.asked).toEqual(['1']);
    for (let n = 0; n < 4; n++) {
      port.end();
      await settle();
    }
    expect(port.asked).toEqual(['1', 'money', '3', '2']);
  });

  it('waits while somebody speaks, and asks when they have ended', async () => {
    port.setIdle(false);
    const feed = feedOf();
    offer(feed, 'hello');
    offer(feed, 'money', paid);
    await settle();
    expect(port.asked).toEqual([]);
    port.setIdle(true);
    await settle();
    expect(port.asked).toEqual(['money']);
    feed.close();
  });

  it('drops what has grown old while somebody spoke', async () => {
    port.setIdle(false);
    const feed = feedOf({ staleMs: 5000 });
    offer(feed, 'old');
    clock.advance(5000);
    offer(feed, 'new');
    port.setIdle(true);
    await settle();
    expect(port.asked).toEqual(['new']);
    expect(dropped).toEqual([['old', 'stale']]);
  });

  it('interrupts for what is urgent enough, when the policy says so', async () => {
    port.setIdle(false);
    const feed = feedOf({ policy: 'interrupt', interruptFrom: 300 });
    offer(feed, 'moderator', { author: { id: 'm', isModerator: true } });
    await settle();
    expect(port.asked).toEqual([]);
    offer(feed, 'money', paid);
    await settle();
    expect(port.turns[0]?.question).toMatchObject({ text: 'money', ifBusy: 'interrupt' });
  });

  it('lets a more urgent comment cut the turn of another, never one that is as urgent', async () => {
    const feed = feedOf({ policy: 'interrupt', interruptFrom: 200 });
    offer(feed, 'moderator', { author: { id: 'm', isModerator: true } });
    await settle();
    offer(feed, 'another moderator', { author: { id: 'n', isModerator: true } });
    await settle();
    expect(port.asked).toEqual(['moderator']);
    offer(feed, 'money', paid);
    await settle();
    expect(port.asked).toEqual(['moderator', 'money']);
    port.turns[0]?.end(new Error('interrupted'));
    await settle();
    expect(dropped).toEqual([['moderator', 'cut']]);
    expect(feed.asking?.text).toBe('money');
    port.end();
    await settle();
    expect(port.asked.at(-1)).toBe('another moderator');
  });

  it('calls a turn that was cut and told so in order answered', async () => {
    const feed = feedOf({ policy: 'interrupt', interruptFrom: 300 });
    offer(feed, 'hello');
    await settle();
    offer(feed, 'money', paid);
    await settle();
    port.turns[0]?.end();
    await settle();
    expect(told).toContain('answered hello');
    expect(feed.asking?.text).toBe('money');
  });

  it('asks at most one turn in the time that is set', async () => {
    const feed = feedOf({ everyMs: 10_000 });
    offer(feed, '1');
    await settle();
    port.end();
    offer(feed, '2');
    await clock.advanceAsync(9999);
    expect(port.asked).toEqual(['1']);
    await clock.advanceAsync(1);
    expect(port.asked).toEqual(['1', '2']);
    feed.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('asks a comment once more when its turn failed, and not a third time', async () => {
    const feed = feedOf();
    offer(feed, 'hello');
    await settle();
    port.end(new Error('no model'));
    await settle();
    expect(port.asked).toEqual(['hello']);
    await clock.advanceAsync(2000);
    expect(port.asked).toEqual(['hello', 'hello']);
    port.end(new Error('no model'));
    await clock.advanceAsync(600_000);
    expect(port.asked).toHaveLength(2);
    expect(dropped).toEqual([['hello', 'failed']]);
  });

  it('counts a refusal as no failure, waits, and gives up when the comment is stale', async () => {
    const feed = feedOf({ staleMs: 10_000 });
    offer(feed, 'hello');
    await settle();
    for (let n = 0; n < 6; n++) {
      port.end(new RequestError('BRIDGE_ERR_TURN_REFUSED', 'busy'));
      await clock.advanceAsync(2000);
    }
    expect(port.turns).toHaveLength(5);
    expect(dropped).toEqual([['hello', 'stale']]);
  });

  it('goes on when a turn never ends, and hears nothing of it any more', async () => {
    const feed = feedOf({ maxTurnMs: 60_000 });
    offer(feed, 'stuck');
    await settle();
    clock.advance(59_000);
    offer(feed, 'next');
    await clock.advanceAsync(1000);
    expect(port.asked).toEqual(['stuck', 'next']);
    expect(dropped).toEqual([['stuck', 'failed']]);
    port.turns[0]?.end();
    await settle();
    expect(told).not.toContain('answered stuck');
    expect(feed.asking?.text).toBe('next');
    feed.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('survives a port that throws', async () => {
    port.ask = () => {
      throw new Error('broken');
    };
    const feed = feedOf();
    offer(feed, 'hello');
    await clock.advanceAsync(10_000);
    expect(dropped).toEqual([['hello', 'failed']]);
  });

  it('takes the same comment once, and repeated words once', async () => {
    const feed = feedOf();
    const comment = commentOf({ text: 'hello' });
    feed.offer(comment);
    feed.offer(comment);
    feed.offer(commentOf({ text: 'hello' }));
    expect(dropped.map(([, reason]) => reason)).toEqual(['duplicate', 'repeated']);
  });

  it('asks nothing while it is paused, and collects', async () => {
    const feed = feedOf();
    feed.setPaused(true);
    offer(feed, 'hello');
    await settle();
    expect([feed.waiting, port.asked]).toEqual([1, []]);
    feed.setPaused(false);
    await settle();
    expect(port.asked).toEqual(['hello']);
  });

  it('keeps the order of arrival when the hook is slow for some', async () => {
    port.setIdle(false);
    const answers = new Map<string, () => void>();
    const feed = feedOf({ order: 'oldest' }, ({ text }) => {
      return new Promise((resolve) => answers.set(text, () => resolve('pass')));
    });
    for (const text of ['1', '2', '3']) offer(feed, text);
    await settle();
    for (const text of ['3', '1', '2']) {
      answers.get(text)?.();
      await settle();
    }
    port.setIdle(true);
    for (let n = 0; n < 3; n++) {
      await settle();
      port.end();
    }
    expect(port.asked).toEqual(['1', '2', '3']);
  });

  it('never asks what the hook has not let through', async () => {
    const feed = feedOf({}, ({ text }) => (text === 'bad' ? 'drop' : { text: `${text}!` }));
    offer(feed, 'bad');
    offer(feed, 'good');
    await settle();
    expect(port.asked).toEqual(['good!']);
    expect(dropped).toEqual([['bad', 'moderated']]);
  });

  it('does not ask what was deleted at its source, waiting or before the hook', async () => {
    port.setIdle(false);
    let pass = (): void => {};
    const feed = feedOf({}, ({ text }) =>
      text === 'slow' ? new Promise((resolve) => (pass = () => resolve('pass'))) : 'pass',
    );
    offer(feed, 'waiting', { author: { id: 'x' } });
    offer(feed, 'slow', { author: { id: 'x' } });
    await settle();
    feed.withdraw('test', { authorId: 'x' });
    pass();
    await settle();
    port.setIdle(true);
    await settle();
    expect(port.asked).toEqual([]);
    expect(dropped).toEqual([
      ['waiting', 'withdrawn'],
      ['slow', 'withdrawn'],
    ]);
  });

  it('ends everything when it is closed: what waits, what is looked at, what is offered then', async () => {
    port.setIdle(false);
    const feed = feedOf({}, ({ text }) => (text === 'slow' ? new Promise(() => {}) : 'pass'));
    offer(feed, 'waiting');
    offer(feed, 'slow');
    await settle();
    feed.close();
    feed.close();
    offer(feed, 'late');
    await settle();
    expect(dropped).toEqual([
      ['waiting', 'closed'],
      ['late', 'closed'],
      ['slow', 'closed'],
    ]);
    port.setIdle(true);
    await settle();
    expect(port.asked).toEqual([]);
    expect([port.listenerCount, clock.pendingCount]).toEqual([0, 0]);
  });

  it('hears nothing of a turn that ends after it is closed', async () => {
    const feed = feedOf();
    offer(feed, 'hello');
    await settle();
    feed.close();
    port.end();
    await settle();
    expect(told).toEqual(['accepted hello', 'asked hello']);
    expect(clock.pendingCount).toBe(0);
  });
});
