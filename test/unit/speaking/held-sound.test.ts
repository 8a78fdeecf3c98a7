import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { HeldSound, MAX_HOLD_MS } from '../../../src/speaking/held-sound.js';

function rig() {
  const clock = new FakeClock();
  const left: { readonly atMs: number; readonly bytes: number }[] = [];
  let free: (() => void) | undefined;
  let isFull = false;
  const held = new HeldSound({
    clock,
    sampleRateHz: 16_000,
    write: async ({ byteLength }) => {
      left.push({ atMs: clock.nowMs(), bytes: byteLength });
      if (isFull)
        await new Promise<void>((resolve) => {
          free = resolve;
        });
    },
  });
  const bytes = () => left.reduce((sum, { bytes: some }) => sum + some, 0);
  return {
    clock,
    held,
    left,
    bytes,
    fill: () => {
      isFull = true;
    },
    free: () => {
      isFull = false;
      free?.();
    },
  };
}

const ms = (length: number) => new Uint8Array(length * 32);

describe('HeldSound', () => {
  it('lets sound that need not wait leave within the call', () => {
    const { held, left } = rig();
    void held.push(ms(20));
    expect(left).toEqual([{ atMs: 0, bytes: 640 }]);
  });

  it('keeps sound back until its lips are known, to the sample', async () => {
    const { held, bytes, clock } = rig();
    held.freeMs = 30;
    await held.push(ms(100));
    expect(bytes()).toBe(30 * 32);
    held.freeMs = 75.5;
    await clock.advanceAsync(0);
    expect(bytes()).toBe(75.5 * 32);
  });

  it(`lets it leave after ${MAX_HOLD_MS} ms whatever is known`, async () => {
    const { held, bytes, clock } = rig();
    held.freeMs = 0;
    await held.push(ms(40));
    await clock.advanceAsync(100);
    await held.push(ms(40));
    await clock.advanceAsync(49);
    expect(bytes()).toBe(0);
    await clock.advanceAsync(1);
    expect(bytes()).toBe(40 * 32);
    await clock.advanceAsync(100);
    expect(bytes()).toBe(80 * 32);
    expect(clock.pendingCount).toBe(0);
  });

  it('keeps its order, and has the giver wait while the way is full', async () => {
    const { held, bytes, clock, fill, free } = rig();
    fill();
    let isTaken = false;
    await held.push(ms(20));
    void held.push(ms(200)).then(() => {
      isTaken = true;
    });
    await clock.advanceAsync(1000);
    expect(isTaken).toBe(false);
    expect(bytes()).toBe(20 * 32);
    free();
    await clock.advanceAsync(1);
    expect(isTaken).toBe(true);
    expect(bytes()).toBe(220 * 32);
  });

  it('lets nothing leave after stop', async () => {
    const { held, bytes, clock } = rig();
    held.freeMs = 0;
    await held.push(ms(40));
    held.stop();
    await clock.advanceAsync(1000);
    expect(bytes()).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('tells the giver what went wrong', async () => {
    const held = new HeldSound({
      clock: new FakeClock(),
      sampleRateHz: 16_000,
      write: () => Promise.reject(new Error('gone')),
    });
    await held.push(ms(20));
    await expect(held.flush()).rejects.toThrow('gone');
    await expect(held.push(ms(20))).rejects.toThrow('gone');
  });
});
