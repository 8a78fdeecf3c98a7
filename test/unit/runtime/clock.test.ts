import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock, SystemClock, sleep } from '../../../src/runtime/index.js';

describe('SystemClock', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('waits longer than setTimeout can, instead of calling at once', () => {
    const run = vi.fn();
    new SystemClock().after(40 * 24 * 3_600_000, run);
    vi.advanceTimersByTime(39 * 24 * 3_600_000);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(24 * 3_600_000 + 1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('never calls what is due at Infinity, and keeps no timer for it', () => {
    new SystemClock().after(Number.POSITIVE_INFINITY, vi.fn()).cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('cancels also while it waits in parts', () => {
    const run = vi.fn();
    const timer = new SystemClock().after(60 * 24 * 3_600_000, run);
    vi.advanceTimersByTime(30 * 24 * 3_600_000);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('SystemClock on real time', () => {
  it('never calls before the delay is over, whatever the fraction', async () => {
    const clock = new SystemClock();
    const isOnTime: boolean[] = [];
    await Promise.all(
      [0.2, 1.3, 2.7, 5.5, 9.9].map(
        (delayMs) =>
          new Promise<void>((resolve) => {
            const fromMs = clock.nowMs();
            clock.after(delayMs, () => {
              isOnTime.push(clock.nowMs() - fromMs >= delayMs);
              resolve();
            });
          }),
      ),
    );
    expect(isOnTime).toEqual([true, true, true, true, true]);
  });
});

describe('SystemClock with nothing to wait for', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([0, -5])(
    'calls behind what runs now, in its turn, and not a millisecond later: %d ms',
    async (delayMs) => {
      const seen: string[] = [];
      const clock = new SystemClock();
      await new Promise<void>((resolve) => {
        setImmediate(() => seen.push('before'));
        clock.after(delayMs, () => seen.push('called'));
        setImmediate(() => {
          seen.push('behind');
          resolve();
        });
        seen.push('asked');
      });
      expect(seen).toEqual(['asked', 'before', 'called', 'behind']);
    },
  );

  it('lets input and timers come in between when each call asks for the next', async () => {
    const clock = new SystemClock();
    let isOver = false;
    const again = (): void => {
      if (!isOver) clock.after(0, again);
    };
    again();
    await new Promise((resolve) => setTimeout(resolve, 2));
    await stat('.');
    isOver = true;
  });

  it('does not call when it is cancelled before', async () => {
    const run = vi.fn();
    new SystemClock().after(0, run).cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(run).not.toHaveBeenCalled();
  });

  it('uses a timer where there is nothing sooner, as in a browser', async () => {
    vi.stubGlobal('setImmediate', undefined);
    const clock = new SystemClock();
    const taken = vi.fn();
    clock.after(0, taken).cancel();
    await new Promise<void>((resolve) => clock.after(0, resolve));
    expect(taken).not.toHaveBeenCalled();
  });
});

describe('FakeClock', () => {
  it('runs due calls in order of time, then of arrival, each at its own time', () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b@${clock.nowMs()}`));
    clock.after(10, () => seen.push(`a@${clock.nowMs()}`));
    clock.after(20, () => seen.push(`c@${clock.nowMs()}`));
    clock.advance(20);
    expect(seen).toEqual(['a@10', 'b@20', 'c@20']);
    expect(clock.pendingCount).toBe(0);
  });

  it('runs calls late after a stall, as a blocked event loop does', () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock.after(10, () => seen.push(clock.nowMs()));
    clock.stall(500);
    expect(seen).toEqual([]);
    clock.advance(0);
    expect(seen).toEqual([500]);
  });

  it('does not count what is due at Infinity', () => {
    const clock = new FakeClock();
    clock.after(Number.POSITIVE_INFINITY, () => {});
    expect(clock.pendingCount).toBe(0);
  });
});

describe('sleep', () => {
  it('rejects with the reason and leaves no timer when aborted', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleeping = sleep(clock, 1000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(sleep(clock, 1000, abort.signal)).rejects.toThrow('enough');
    expect(clock.pendingCount).toBe(0);
  });

  it('resolves at its time', async () => {
    const clock = new FakeClock();
    const sleeping = sleep(clock, 1000, new AbortController().signal);
    clock.advance(1000);
    await expect(sleeping).resolves.toBeUndefined();
  });
});
