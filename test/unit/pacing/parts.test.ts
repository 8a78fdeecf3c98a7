import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Paced, PaceScheduler, PcmQueue, PlayoutClock, PositionMap } from '../../../src/pacing/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

describe('PcmQueue', () => {
  it('gives back what was pushed, in order, whatever the sizes and however often it wraps and grows', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ skip: fc.integer({ min: 0, max: 500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new PcmQueue(9000);
        let model: number[] = [];
        let next = 0;
        for (const action of steps) {
          if ('push' in action) {
            const bytes = Uint8Array.from({ length: action.push }, () => next++ % 251);
            const fits = model.length + bytes.length <= 9000;
            expect(queue.push(bytes)).toBe(fits);
            if (fits) model.push(...bytes);
          } else if ('take' in action) {
            const target = new Uint8Array(action.take);
            const count = queue.take(target);
            expect([...target.subarray(0, count)]).toEqual(model.slice(0, action.take));
            model = model.slice(action.take);
          } else {
            queue.skip(action.skip);
            model = model.slice(action.skip);
          }
          expect(queue.byteLength).toBe(model.length);
          expect(queue.roomBytes).toBe(9000 - model.length);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('peeks without taking', () => {
    const queue = new PcmQueue(100);
    queue.push(Uint8Array.of(1, 2, 3, 4));
    const target = new Uint8Array(4);
    expect(queue.peek(target, 2)).toBe(2);
    expect([...target]).toEqual([1, 2, 0, 0]);
    expect(queue.byteLength).toBe(4);
  });

  it('measures the level also across the end of its ring', () => {
    const queue = new PcmQueue(4096);
    const sine = Buffer.alloc(3200);
    for (let n = 0; n < 1600; n++)
      sine.writeInt16LE(Math.round(16_384 * Math.sin((2 * Math.PI * n) / 16)), 2 * n);
    queue.push(new Uint8Array(3000));
    queue.skip(3000);
    queue.push(new Uint8Array(2));
    queue.skip(2);
    queue.push(sine);
    expect(queue.levelDbfs(3200)).toBeCloseTo(-9.03, 1);
    queue.clear();
    expect(queue.levelDbfs(640)).toBe(-120);
    expect(queue.push(new Uint8Array(640))).toBe(true);
    expect(queue.levelDbfs(640)).toBe(-120);
  });
});

describe('PlayoutClock', () => {
  it('adds latency to sound that finds nothing, and queues the rest behind it', () => {
    const playout = new PlayoutClock(45);
    expect(playout.isDry(0)).toBe(true);
    expect(playout.sent(640, 1000)).toBe(1045);
    expect(playout.sent(640, 1000)).toBe(1065);
    expect(playout.endsAtMs).toBe(1085);
    expect(playout.bufferedMs(1010)).toBe(30);
    expect(playout.isDry(1040)).toBe(false);
    expect(playout.isDry(1041)).toBe(true);
    expect(playout.sent(640, 1100)).toBe(1145);
    playout.reset();
    expect(playout.bufferedMs(1100)).toBe(0);
  });
});

describe('PositionMap', () => {
  it('tells positions and times across gaps', () => {
    const map = new PositionMap();
    expect(map.isEmpty).toBe(true);
    expect(map.heardAtMs(0)).toBeUndefined();
    map.add(0, 1000);
    map.add(20, 1020);
    map.add(40, 1140);
    expect(map.heardAtMs(39)).toBe(1039);
    expect(map.heardAtMs(40)).toBe(1140);
    expect(map.heardAtMs(100)).toBe(1200);
    expect(map.positionMs(900, 60)).toBe(0);
    expect(map.positionMs(1100, 60)).toBe(40);
    expect(map.positionMs(1150, 60)).toBe(50);
    expect(map.positionMs(9999, 60)).toBe(60);
  });

  it('stays small in an endless stream with gaps, even when nobody asks for positions', () => {
    const map = new PositionMap();
    for (let gap = 0; gap < 100_000; gap++) map.add(gap * 20, gap * 30);
    expect(map.heardAtMs(2_000_000)).toBe(99_999 * 30 + 20);
    expect(map.positionMs(99_999 * 30, 2_000_000)).toBe(99_999 * 20);
  });
});

describe('PaceScheduler', () => {
  class Task implements Paced {
    dueMs = Number.POSITIVE_INFINITY;
    readonly ranAtMs: number[] = [];
    next: ((nowMs: number) => number) | undefined;
    run(nowMs: number): void {
      this.ranAtMs.push(nowMs);
      this.dueMs = this.next?.(nowMs) ?? Number.POSITIVE_INFINITY;
    }
  }

  it('runs thousands at their deadlines with one timer', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const tasks = Array.from({ length: 3000 }, (_, index) => {
      const task = new Task();
      task.dueMs = (index * 7919) % 1000;
      task.next = (nowMs) => (nowMs < 1000 ? nowMs + 1000 : Number.POSITIVE_INFINITY);
      scheduler.wake(task);
      return task;
    });
    expect(clock.pendingCount).toBe(1);
    clock.advance(3000);
    for (const [index, task] of tasks.entries()) {
      const dueMs = (index * 7919) % 1000;
      expect(task.ranAtMs).toHaveLength(2);
      expect(Math.abs((task.ranAtMs[0] ?? -9) - dueMs)).toBeLessThanOrEqual(1);
      expect(Math.abs((task.ranAtMs[1] ?? -9) - dueMs - 1000)).toBeLessThanOrEqual(2);
    }
    expect(scheduler.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('always runs the earliest next, through any waking and removing', () => {
    const step = fc.record({ task: fc.nat(15), dueMs: fc.option(fc.nat(200)), passMs: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const clock = new FakeClock();
        const scheduler = new PaceScheduler(clock);
        const tasks = Array.from({ length: 16 }, () => new Task());
        for (const { task: index, dueMs, passMs } of steps) {
          const task = tasks[index];
          if (task === undefined) continue;
          if (dueMs === null) {
            scheduler.remove(task);
            task.dueMs = Number.POSITIVE_INFINITY;
          } else {
            task.dueMs = clock.nowMs() + dueMs;
            scheduler.wake(task);
          }
          const dueBefore = tasks.map((candidate) => candidate.dueMs);
          clock.advance(passMs);
          for (const [at, candidate] of tasks.entries()) {
            const wasDue = (dueBefore[at] ?? 0) <= clock.nowMs();
            expect(candidate.dueMs === Number.POSITIVE_INFINITY).toBe(
              wasDue ||
                dueBefore[at] === Number.POSITIVE_INFINITY ||
                (dueBefore[at] ?? 0) <= clock.nowMs() + 0.5,
            );
          }
        }
        for (const task of tasks) scheduler.remove(task);
        expect(clock.pendingCount).toBe(0);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('lets the others go on when one throws, and tells it', () => {
    const clock = new FakeClock();
    const report = vi.fn();
    const scheduler = new PaceScheduler(clock, report);
    const failed = vi.fn();
    const bad: Paced = {
      dueMs: 5,
      run: () => {
        throw new Error('bad');
      },
      failed,
    };
    const good = new Task();
    good.dueMs = 5;
    scheduler.wake(bad);
    scheduler.wake(good);
    clock.advance(10);
    expect(good.ranAtMs).toEqual([5]);
    expect(report).toHaveBeenCalledTimes(1);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(clock.pendingCount).toBe(0);
  });

  it('does not run for ever within one tick when tasks keep waking each other', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const [a, b] = [new Task(), new Task()];
    a.next = (nowMs) => {
      b.dueMs = nowMs;
      scheduler.wake(b);
      return Number.POSITIVE_INFINITY;
    };
    b.next = (nowMs) => {
      a.dueMs = nowMs;
      scheduler.wake(a);
      return Number.POSITIVE_INFINITY;
    };
    a.dueMs = 0;
    scheduler.wake(a);
    clock.advance(100);
    expect(a.ranAtMs.length + b.ranAtMs.length).toBeLessThanOrEqual(101);
    scheduler.remove(a);
    scheduler.remove(b);
  });

  it.each([
    { dueInMs: -20, waitsMs: 0 },
    { dueInMs: 0, waitsMs: 0 },
    { dueInMs: 0.5, waitsMs: 0 },
    { dueInMs: 0.75, waitsMs: 0.75 },
  ])('waits for no timer with what counts as due: due in $dueInMs ms', ({ dueInMs, waitsMs }) => {
    const clock = new FakeClock(100);
    const after = vi.spyOn(clock, 'after');
    const scheduler = new PaceScheduler(clock);
    const task = new Task();
    task.dueMs = 100 + dueInMs;
    scheduler.wake(task);
    // Whoever wakes it is not yet done: it never runs within the call.
    expect(task.ranAtMs).toEqual([]);
    expect(after).toHaveBeenCalledExactlyOnceWith(waitsMs, expect.any(Function));
    clock.advance(waitsMs);
    expect(task.ranAtMs).toEqual([100 + waitsMs]);
  });

  it('runs at once what becomes due before a deadline that it waits for', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const [later, now] = [new Task(), new Task()];
    later.dueMs = 50;
    scheduler.wake(later);
    now.dueMs = 0;
    scheduler.wake(now);
    clock.advance(0);
    expect(now.ranAtMs).toEqual([0]);
    clock.advance(50);
    expect(later.ranAtMs).toEqual([50]);
    expect(clock.pendingCount).toBe(0);
  });

  it('runs what becomes due right behind a tick a millisecond later, with all that joins it', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const first = new Task();
    first.dueMs = 0;
    scheduler.wake(first);
    clock.advance(0);
    const crowd = Array.from({ length: 5 }, () => new Task());
    const after = vi.spyOn(clock, 'after');
    for (const task of crowd) {
      task.dueMs = clock.nowMs();
      scheduler.wake(task);
      clock.advance(0.1);
    }
    clock.advance(1);
    expect(crowd.map(({ ranAtMs }) => ranAtMs)).toEqual(crowd.map(() => [1]));
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('waits a millisecond with what a tick itself made due, so that input is not starved', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const after = vi.spyOn(clock, 'after');
    const task = new Task();
    task.next = (nowMs) => (nowMs < 3 ? nowMs : Number.POSITIVE_INFINITY);
    task.dueMs = 0;
    scheduler.wake(task);
    clock.advance(20);
    expect(task.ranAtMs).toEqual([0, 1, 2, 3]);
    expect(after.mock.calls.map(([delayMs]) => delayMs)).toEqual([0, 1, 1, 1]);
  });

  it('keeps one entry for a task that removes and wakes itself while it runs', () => {
    const clock = new FakeClock();
    const scheduler = new PaceScheduler(clock);
    const task = new Task();
    task.next = (nowMs) => {
      scheduler.remove(task);
      task.dueMs = nowMs + 10;
      scheduler.wake(task);
      return nowMs + 10;
    };
    task.dueMs = 0;
    scheduler.wake(task);
    clock.advance(100);
    expect(task.ranAtMs).toHaveLength(11);
    scheduler.remove(task);
    expect(scheduler.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });
});
