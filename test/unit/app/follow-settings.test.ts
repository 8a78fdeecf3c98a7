import { describe, expect, it } from 'vitest';
import { followFiles } from '../../../src/app/follow-settings.js';
import { FakeClock } from '../../../src/runtime/index.js';

function rig() {
  const clock = new FakeClock();
  const stamps = new Map([['a', '1']]);
  const state = { changes: 0, release: () => {}, waits: false };
  const stop = followFiles({
    clock,
    files: () => [...stamps.keys()],
    stampOf: async (path) => `${path} ${stamps.get(path)}`,
    everyMs: 1000,
    onChange: async () => {
      state.changes++;
      if (state.waits) await new Promise<void>((resolve) => Object.assign(state, { release: resolve }));
    },
  });
  return { clock, stamps, state, stop };
}

describe('Files that are followed', () => {
  it('are told when one has changed, once, and not for being there', async () => {
    const { clock, stamps, state, stop } = rig();
    await clock.advanceAsync(5000);
    expect(state.changes).toBe(0);
    stamps.set('a', '2');
    await clock.advanceAsync(5000);
    expect(state.changes).toBe(1);
    stop();
  });

  it('are not told again while the last change is being taken in', async () => {
    const { clock, stamps, state, stop } = rig();
    await clock.advanceAsync(1000);
    state.waits = true;
    stamps.set('a', '2');
    await clock.advanceAsync(1000);
    stamps.set('a', '3');
    await clock.advanceAsync(5000);
    expect(state.changes).toBe(1);
    state.waits = false;
    state.release();
    await clock.advanceAsync(2000);
    expect(state.changes).toBe(2);
    stop();
  });

  it('are not looked at after the end', async () => {
    const { clock, stamps, state, stop } = rig();
    await clock.advanceAsync(1000);
    stop();
    stamps.set('a', '2');
    await clock.advanceAsync(10_000);
    expect([state.changes, clock.pendingCount]).toEqual([0, 0]);
  });
});
