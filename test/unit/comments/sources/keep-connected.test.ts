import { describe, expect, it } from 'vitest';
import { HopelessError, keepConnected, LaterError } from '../../../../src/comments/sources/keep-connected.js';
import { FakeClock } from '../../../../src/runtime/index.js';
import { heard } from '../../../support/comments/heard.js';

/** Runs a source whose connections do what `attempts` says, and writes down when each began. */
function run(
  attempt: (count: number, onReady: () => void, clock: FakeClock) => Promise<void>,
  random = () => 0,
) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const { states, listener } = heard();
  const beganMs: number[] = [];
  const done = keepConnected({ clock, random, listener, signal: stop.signal }, (onReady) => {
    beganMs.push(clock.nowMs());
    return attempt(beganMs.length, onReady, clock);
  });
  const waitsMs = (): number[] => beganMs.slice(1).map((ms, index) => ms - (beganMs[index] ?? 0));
  return { clock, stop, states, done, beganMs, waitsMs };
}

const lost = (): Promise<void> => Promise.reject(new Error('gone'));

describe('keepConnected', () => {
  it('tries again for ever, with waits that double from 1 s to 30 s', async () => {
    const { clock, stop, waitsMs, done } = run(lost);
    await clock.advanceAsync(600_000);
    expect(waitsMs().slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(waitsMs().length).toBeGreaterThan(20);
    stop.abort();
    await done;
    expect(clock.pendingCount).toBe(0);
  });

  it('draws its waits, so that many do not come back together, and never below 1 s', async () => {
    const { clock, stop, waitsMs } = run(lost, () => 0.999);
    await clock.advanceAsync(120_000);
    for (const [index, wait] of waitsMs().entries()) {
      expect(wait).toBeGreaterThanOrEqual(1000);
      expect(wait).toBeLessThanOrEqual(Math.min(30_000, 1000 * 2 ** index));
    }
    expect(waitsMs()[5]).toBeLessThan(22_000);
    stop.abort();
  });

  it('tells an outage once, and the return', async () => {
    const { clock, stop, states } = run(async (count, onReady) => {
      if (count === 3) onReady();
      throw new Error(`gone ${count}`);
    });
    await clock.advanceAsync(20_000);
    expect(states).toEqual(['lost: gone 1', 'connected', 'lost: gone 3']);
    stop.abort();
  });

  it('begins with short waits again after a connection that bore, not after one that broke at once', async () => {
    const { clock, stop, waitsMs } = run(async (count, onReady, time) => {
      onReady();
      if (count === 4) await new Promise<void>((resolve) => time.after(30_000, resolve));
      throw new Error('gone');
    });
    await clock.advanceAsync(50_000);
    expect(waitsMs().slice(0, 4)).toEqual([1000, 2000, 4000, 31_000]);
    stop.abort();
  });

  it('ends when it is hopeless, and says why', async () => {
    const { states, done, clock } = run(() => Promise.reject(new HopelessError('no such video')));
    await done;
    expect(states).toEqual(['failed: no such video']);
    expect(clock.pendingCount).toBe(0);
  });

  it('waits as long as it is told to', async () => {
    const { clock, stop, waitsMs } = run(() => Promise.reject(new LaterError('not live', 60_000)));
    await clock.advanceAsync(130_000);
    expect(waitsMs()).toEqual([60_000, 60_000]);
    stop.abort();
  });

  it('says that the connection was closed when it ends in order', async () => {
    const { clock, stop, states } = run(async (_count, onReady) => onReady());
    await clock.advanceAsync(0);
    expect(states).toEqual(['connected', 'lost: the connection was closed']);
    stop.abort();
  });

  it('tells nothing once it is stopped', async () => {
    const { stop, states, done } = run(lost);
    stop.abort();
    await done;
    expect(states).toEqual([]);
  });
});
