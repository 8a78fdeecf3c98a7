import { beforeEach, describe, expect, it } from 'vitest';
import { type Moderate, type ModerationVerdict, Moderator } from '../../../src/comments/index.js';
import { MODERATION_DEFAULTS } from '../../../src/comments/settings.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { commentOf } from '../../support/comments/comment-of.js';

let clock: FakeClock;
let faults: string[];
beforeEach(() => {
  clock = new FakeClock();
  faults = [];
});

function moderatorOf(hook: Moderate | undefined, maxChecking = 8): Moderator {
  return new Moderator({
    ...{ rules: MODERATION_DEFAULTS, hook, hookMs: 1000, maxChecking, maxLetters: 20, clock },
    onFault: (_comment, reason) => faults.push(reason),
  });
}

describe('Moderator', () => {
  it('decides at once without a hook', () => {
    const comment = commentOf();
    expect(moderatorOf(undefined).check(comment)).toEqual({ comment });
    expect(moderatorOf(undefined).check(commentOf({ kind: 'system' }))).toEqual({ reason: 'rule:kind' });
  });

  it('does what the hook says', async () => {
    const comment = commentOf({ text: 'words' });
    expect(await moderatorOf(() => 'pass').check(comment)).toEqual({ comment });
    expect(await moderatorOf(async (): Promise<ModerationVerdict> => 'drop').check(comment)).toEqual({
      reason: 'moderated',
    });
    expect(await moderatorOf(() => ({ text: 'other\nwords' })).check(comment)).toEqual({
      comment: { ...comment, text: 'other words' },
    });
    expect(await moderatorOf(() => ({ text: ' ' })).check(comment)).toEqual({ reason: 'moderated' });
    expect(clock.pendingCount).toBe(0);
  });

  it('asks no hook about what the rules drop', async () => {
    let asked = 0;
    const moderator = moderatorOf(() => {
      asked += 1;
      return 'pass';
    });
    await moderator.check(commentOf({ kind: 'system' }));
    expect(asked).toBe(0);
  });

  it.each<[string, Moderate]>([
    ['throws', () => Promise.reject(new Error('broken'))],
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['says something else', () => 'maybe' as never],
    ['says nothing', () => undefined as never],
    ['gives a text that is none', () => ({ text: 3 }) as never],
  ])('drops the comment when the hook %s, and tells', async (_name, hook) => {
    expect(await moderatorOf(hook).check(commentOf())).toEqual({ reason: 'moderationFailed' });
    expect(faults).toHaveLength(1);
    expect(clock.pendingCount).toBe(0);
  });

  it('drops the comment when the hook takes too long, and takes its time back', async () => {
    let ended: unknown;
    const moderator = moderatorOf(
      (_comment, signal) =>
        new Promise(() => signal.addEventListener('abort', () => (ended = signal.reason), { once: true })),
    );
    const verdict = moderator.check(commentOf());
    await clock.advanceAsync(1000);
    expect(await verdict).toEqual({ reason: 'moderationFailed' });
    expect(String(ended)).toContain('1000 ms');
    expect(faults[0]).toContain('no verdict within 1000 ms');
    expect(clock.pendingCount).toBe(0);
  });

  it('asks about so many at once and drops the others', async () => {
    const moderator = moderatorOf(() => new Promise(() => {}), 2);
    const verdicts = [moderator.check(commentOf()), moderator.check(commentOf())];
    expect(moderator.check(commentOf())).toEqual({ reason: 'moderationBusy' });
    await clock.advanceAsync(1000);
    await Promise.all(verdicts);
    const last = moderator.check(commentOf());
    expect(last).toBeInstanceOf(Promise);
    moderator.close();
    await expect(last).rejects.toThrow();
  });

  it('ends what is being decided when it is closed, and calls that no fault', async () => {
    const moderator = moderatorOf(() => new Promise(() => {}));
    const verdict = Promise.resolve(moderator.check(commentOf()));
    moderator.close();
    await expect(verdict).rejects.toThrow();
    expect(faults).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });
});
