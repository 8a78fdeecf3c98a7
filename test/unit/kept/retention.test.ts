import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, sessionsToRemove } from '../../../src/kept/retention.js';

const NOW = 1_700_000_000_000;
const NONE = { days: 'forever', maxSessions: 1e9, maxMb: 1e9 } as const;
const session = (id: string, ageDays: number, bytes = 1000) => ({
  id,
  lastAtMs: NOW - ageDays * DAY_MS,
  bytes,
});

describe('What has to go', () => {
  it('is what nobody touched for too many days', () => {
    const sessions = [session('new', 29.9), session('old', 30.1), session('older', 99)];
    expect(sessionsToRemove(sessions, { ...NONE, days: 30 }, NOW)).toEqual(['older', 'old']);
  });

  it('is nothing when it may stay forever', () => {
    expect(sessionsToRemove([session('a', 9999)], NONE, NOW)).toEqual([]);
  });

  it('is the oldest when there are too many', () => {
    const sessions = [session('b', 2), session('c', 1), session('a', 3)];
    expect(sessionsToRemove(sessions, { ...NONE, maxSessions: 1 }, NOW)).toEqual(['a', 'b']);
  });

  it('is the oldest until the rest is small enough', () => {
    const sessions = [session('a', 3, 6e6), session('b', 2, 3e6), session('c', 1, 3e6)];
    expect(sessionsToRemove(sessions, { ...NONE, maxMb: 6 }, NOW)).toEqual(['a']);
  });

  it('is nothing that somebody may still be writing to, however much there is', () => {
    const sessions = [session('a', 0.01, 9e6), session('b', 0.02, 9e6)];
    expect(sessionsToRemove(sessions, { ...NONE, maxMb: 1, maxSessions: 1 }, NOW)).toEqual([]);
  });

  it('leaves no more than the limits say of what is quiet, and takes no younger before an older', () => {
    const any = fc.array(
      fc.record({ ageDays: fc.double({ min: 1, max: 100, noNaN: true }), bytes: fc.nat(5_000_000) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        any,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        (given, maxSessions, maxMb) => {
          const sessions = given.map(({ ageDays, bytes }, index) => session(String(index), ageDays, bytes));
          const removed = new Set(sessionsToRemove(sessions, { days: 60, maxSessions, maxMb }, NOW));
          const left = sessions.filter(({ id }) => !removed.has(id));
          expect(left.length).toBeLessThanOrEqual(maxSessions);
          expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(maxMb * 1e6);
          const youngestRemoved = Math.max(
            ...sessions.filter(({ id }) => removed.has(id)).map(({ lastAtMs }) => lastAtMs),
          );
          for (const { lastAtMs } of left) expect(lastAtMs).toBeGreaterThanOrEqual(youngestRemoved);
        },
      ),
    );
  });
});
