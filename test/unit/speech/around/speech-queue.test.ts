import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, sleep } from '../../../../src/runtime/index.js';
import { type SpeechQueueOptions, speechQueue } from '../../../../src/speech/around/speech-queue.js';
import { collect } from './fake-engine.js';

interface Part {
  readonly job: number;
  readonly index: number;
  readonly ms: number;
}

/** Each job: waits before each of its parts; undefined: it fails there. */
type Jobs = readonly (readonly (number | undefined)[])[];

class Rig {
  readonly clock = new FakeClock();
  readonly begun: number[] = [];
  active = 0;
  mostActive = 0;
  read = 0;
  given = 0;

  queue(jobs: Jobs, more: Partial<SpeechQueueOptions<number, Part>> = {}): AsyncGenerator<Part> {
    const rig = this;
    async function* source(): AsyncGenerator<number> {
      for (const index of jobs.keys()) {
        rig.read++;
        yield index;
      }
    }
    return speechQueue<number, Part>({
      jobs: source(),
      speak: (job, signal) => this.speak(job, jobs[job] ?? [], signal),
      costMs: ({ ms }) => ms,
      parallel: 3,
      maxBufferedMs: 1000,
      ...more,
    });
  }

  async *speak(
    job: number,
    waits: readonly (number | undefined)[],
    signal: AbortSignal,
  ): AsyncGenerator<Part> {
    this.begun.push(job);
    this.active++;
    this.mostActive = Math.max(this.mostActive, this.active);
    try {
      for (const [index, wait] of waits.entries()) {
        if (wait === undefined) throw new Error(`job ${job}`);
        await sleep(this.clock, wait, signal);
        this.given++;
        yield { job, index, ms: 100 };
      }
    } finally {
      this.active--;
    }
  }
}

async function run<T>(clock: FakeClock, work: Promise<T>, ms = 100_000): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  for (let at = 0; at < ms && !isDone; at += 500) await clock.advanceAsync(500);
  return done;
}

describe('speechQueue', () => {
  it('begins the next sentences when the first has sounded, and no more at once than asked', async () => {
    const rig = new Rig();
    const parts = rig.queue([[100, 100], [10], [10], [10], [10]]);
    const first = parts.next();
    await rig.clock.advanceAsync(99);
    expect(rig.begun).toEqual([0]);
    await rig.clock.advanceAsync(1);
    expect((await first).value).toMatchObject({ job: 0, index: 0 });
    await rig.clock.advanceAsync(0);
    expect(rig.begun).toEqual([0, 1, 2]);
    await run(rig.clock, collect(parts));
    expect(rig.begun).toEqual([0, 1, 2, 3, 4]);
    expect(rig.mostActive).toBeLessThanOrEqual(3);
  });

  it('passes a part on while its sentence is still under way', async () => {
    const rig = new Rig();
    const parts = rig.queue([[0, 1_000_000]]);
    const first = parts.next();
    await rig.clock.advanceAsync(0);
    await expect(first).resolves.toMatchObject({ value: { job: 0, index: 0 } });
    await parts.return(undefined);
  });

  it('stops asking for sound when enough waits to be heard', async () => {
    const rig = new Rig();
    const parts = rig.queue([Array(50).fill(0), Array(50).fill(0)], { maxBufferedMs: 500 });
    const first = parts.next();
    await rig.clock.advanceAsync(0);
    await first;
    for (let at = 0; at < 100; at++) await rig.clock.advanceAsync(10);
    expect(rig.active).toBe(2);
    expect(rig.given).toBeGreaterThanOrEqual(6);
    expect(rig.given).toBeLessThanOrEqual(8);
    const rest = await run(rig.clock, collect(parts));
    expect(rest).toHaveLength(99);
  });

  it('throws an error in its place, after all before it was heard, and ends the rest', async () => {
    const rig = new Rig();
    const heard: Part[] = [];
    const work = (async () => {
      for await (const part of rig.queue([
        [50, 50],
        [0, undefined],
        [0, 900_000],
      ]))
        heard.push(part);
    })();
    await expect(run(rig.clock, work)).rejects.toThrow('job 1');
    expect(heard.map(({ job, index }) => [job, index])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    await rig.clock.advanceAsync(0);
    expect(rig.active).toBe(0);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('ends everything at once when the signal fires, with its reason', async () => {
    const rig = new Rig();
    const abort = new AbortController();
    const parts = rig.queue([[0, 900_000], [900_000], [900_000]], { signal: abort.signal });
    const first = parts.next();
    await rig.clock.advanceAsync(0);
    await first;
    const second = parts.next();
    second.catch(() => {});
    await rig.clock.advanceAsync(10);
    abort.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await rig.clock.advanceAsync(0);
    expect([rig.active, rig.clock.pendingCount]).toEqual([0, 0]);
  });

  it('ends everything when the parts are left', async () => {
    const rig = new Rig();
    const parts = rig.queue([[0, 0], [900_000], [900_000]]);
    const first = parts.next();
    await rig.clock.advanceAsync(0);
    await first;
    await rig.clock.advanceAsync(0);
    await parts.return(undefined);
    await rig.clock.advanceAsync(0);
    expect([rig.active, rig.clock.pendingCount]).toEqual([0, 0]);
  });

  it('asks for no sentence before the first part is asked for, nor for more than may be under way', async () => {
    const rig = new Rig();
    const parts = rig.queue([[0], [0], [0], [0], [0], [0], [0], [0]]);
    await rig.clock.advanceAsync(10);
    expect(rig.read).toBe(0);
    const first = parts.next();
    await rig.clock.advanceAsync(10);
    await first;
    await rig.clock.advanceAsync(10);
    expect(rig.read).toBeLessThanOrEqual(3);
    await parts.return(undefined);
  });

  it('throws what the source throws, after all that it gave', async () => {
    const rig = new Rig();
    async function* broken(): AsyncGenerator<number> {
      yield 0;
      throw new Error('source');
    }
    const heard: Part[] = [];
    const work = (async () => {
      for await (const part of rig.queue([[10, 10]], { jobs: broken() })) heard.push(part);
    })();
    await expect(run(rig.clock, work)).rejects.toThrow('source');
    expect(heard).toHaveLength(2);
  });

  it('keeps the order, loses and doubles nothing, whatever ends when and wherever it fails', async () => {
    const wait = fc.integer({ min: 0, max: 40 });
    const job = fc.array(
      fc.oneof({ weight: 12, arbitrary: wait }, { weight: 1, arbitrary: fc.constant(undefined) }),
      {
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(50, 250, 10_000),
        async (jobs, parallel, maxBufferedMs) => {
          const rig = new Rig();
          const heard: [number, number][] = [];
          const work = (async () => {
            for await (const part of rig.queue(jobs, { parallel, maxBufferedMs }))
              heard.push([part.job, part.index]);
            return 'ended';
          })();
          const end = await run(
            rig.clock,
            work.catch((error: Error) => error.message),
            20_000,
          );
          const failing = jobs.findIndex((waits) => waits.includes(undefined));
          const expected = jobs.slice(0, failing < 0 ? jobs.length : failing + 1).flatMap((waits, index) => {
            const until = waits.indexOf(undefined);
            return waits.slice(0, until < 0 ? waits.length : until).map((_wait, part) => [index, part]);
          });
          expect(heard).toEqual(expected);
          expect(end).toBe(failing < 0 ? 'ended' : `job ${failing}`);
          await rig.clock.advanceAsync(0);
          expect([rig.active, rig.clock.pendingCount]).toEqual([0, 0]);
          expect(rig.mostActive).toBeLessThanOrEqual(parallel);
        },
      ),
      { numRuns: 60 },
    );
  });
});
