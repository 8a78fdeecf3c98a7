import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/index.js';
import { WorkBounds } from '../../../src/sessions/work-bounds.js';

const ANN: Caller = { id: 'visitor:ann', role: 'visitor', label: 'ann' };
const BOB: Caller = { id: 'visitor:bob', role: 'visitor', label: 'bob' };
const LIMITS = { perCaller: { visitor: 1, client: 2, operator: 4 }, total: 2 };

interface Job {
  readonly ended: Promise<string>;
  readonly end: () => void;
}

function jobs(bounds: WorkBounds) {
  const begun: string[] = [];
  const start = (name: string, caller: Caller, signal?: AbortSignal): Job => {
    let end = (): void => {};
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    const run = async (): Promise<string> => {
      begun.push(name);
      await work;
      return name;
    };
    const ended = bounds.run(caller, run, signal);
    ended.catch(() => {});
    return { ended, end };
  };
  return { begun, start };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Bounds of work', () => {
  it('let so much of a caller run, some wait in its order, and refuse the rest', async () => {
    const bounds = new WorkBounds(LIMITS);
    const { begun, start } = jobs(bounds);
    const all = ['1', '2', '3', '4', '5'].map((name) => start(name, ANN));
    await settled();
    expect(begun).toEqual(['1']);
    await expect(start('6', ANN).ended).rejects.toMatchObject({
      code: 'BRIDGE_ERR_QUEUE_FULL',
      retryable: true,
    });
    for (const { end } of all) end();
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(['1', '2', '3', '4', '5']);
    expect(begun).toEqual(['1', '2', '3', '4', '5']);
    expect(bounds.callers).toBe(0);
  });

  it('keep nobody from a turn: callers take turns where all together are too many', async () => {
    const bounds = new WorkBounds({ ...LIMITS, perCaller: { ...LIMITS.perCaller, visitor: 2 } });
    const { begun, start } = jobs(bounds);
    const ann = ['a1', 'a2', 'a3', 'a4'].map((name) => start(name, ANN));
    const bob = start('b1', BOB);
    await settled();
    expect(begun).toEqual(['a1', 'a2']);
    ann[0]?.end();
    await settled();
    expect(begun.at(-1)).toBe('b1');
    for (const { end } of [...ann, bob]) end();
    await Promise.all([...ann, bob].map(({ ended }) => ended));
    expect(bounds.callers).toBe(0);
  });

  it('let go of who does not wait any more, and go on after work that failed', async () => {
    const bounds = new WorkBounds(LIMITS);
    const { begun, start } = jobs(bounds);
    const gone = new AbortController();
    const first = start('1', ANN);
    const second = start('2', ANN, gone.signal);
    const third = start('3', ANN);
    await settled();
    gone.abort(new Error('gone'));
    await expect(second.ended).rejects.toThrow('gone');
    const failed = bounds.run(BOB, async () => {
      throw new Error('broken');
    });
    await expect(failed).rejects.toThrow('broken');
    first.end();
    third.end();
    await third.ended;
    expect(begun).toEqual(['1', '3']);
    expect(bounds.callers).toBe(0);
    await expect(bounds.run(ANN, async () => 'never', gone.signal)).rejects.toThrow('gone');
  });
});
