import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplySchedule } from '../../../../src/web/voice-kit/reply-schedule.js';

const RATE_HZ = 24_000;
const onSample = (atS: number): number => Math.abs(atS * RATE_HZ - Math.round(atS * RATE_HZ));

describe('ReplySchedule', () => {
  it('begins a little ahead, and lets what follows follow to the sample', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.12);
    expect(schedule.place(0, 100, 5)).toEqual({ atS: 5.12, skipMs: 0 });
    // Told in whole milliseconds, of sound that has no whole ones.
    expect(schedule.place(101, 50, 5.01)?.atS).toBeCloseTo(5.22, 9);
    expect(schedule.place(149, 50, 5.02)?.atS).toBeCloseTo(5.27, 9);
    expect(schedule.endMs).toBe(200);
    expect(schedule.endS).toBeCloseTo(5.32, 9);
  });

  it('tells what is heard, also before the first and after the last sample', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.1);
    schedule.place(0, 200, 1);
    expect(schedule.positionAtMs(0.5)).toBe(0);
    expect(schedule.positionAtMs(1.15)).toBeCloseTo(50);
    expect(schedule.positionAtMs(9)).toBe(200);
    expect(schedule.isSoundingAt(1.09)).toBe(false);
    expect(schedule.isSoundingAt(1.11)).toBe(true);
    expect(schedule.isSoundingAt(1.31)).toBe(false);
  });

  it('moves what comes too late, waits longer from then on, and stands meanwhile', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.12);
    schedule.place(0, 100, 0);
    const late = schedule.place(100, 100, 0.4);
    expect(late?.atS).toBeCloseTo(0.58);
    expect(schedule.leadS).toBeCloseTo(0.18);
    expect(schedule.positionAtMs(0.5)).toBe(100);
    expect(schedule.positionAtMs(0.63)).toBeCloseTo(150);
  });

  it('leaves a gap in the reply as silence', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.1);
    schedule.place(0, 100, 0);
    expect(schedule.place(300, 100, 0)?.atS).toBeCloseTo(0.4);
    expect(schedule.positionAtMs(0.3)).toBe(100);
    expect(schedule.positionAtMs(0.45)).toBeCloseTo(350);
  });

  it('plays nothing twice that comes twice', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.1);
    schedule.place(0, 100, 0);
    expect(schedule.place(0, 100, 0)).toBeUndefined();
    expect(schedule.place(50, 100, 0)).toEqual({ atS: expect.closeTo(0.2), skipMs: 50 });
    expect(schedule.endMs).toBe(150);
  });

  it('begins where a reply goes on, and not before the one ahead of it is over', () => {
    const schedule = new ReplySchedule(RATE_HZ, 0.1);
    expect(schedule.place(700, 100, 2, 4.5)?.atS).toBeCloseTo(4.5);
    expect(schedule.positionAtMs(4.55)).toBeCloseTo(750);
  });

  it('never lets two stretches sound at once, nor anything begin in the past or between samples', () => {
    const arrival = fc.record({
      samples: fc.integer({ min: 1, max: 9600 }),
      waitMs: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 60 }), (arrivals) => {
        const schedule = new ReplySchedule(RATE_HZ);
        let nowS = 0;
        let sample = 0;
        let freeFromS = 0;
        for (const { samples, waitMs } of arrivals) {
          nowS += waitMs / 1000;
          const durationMs = (1000 * samples) / RATE_HZ;
          const place = schedule.place((1000 * sample) / RATE_HZ, durationMs, nowS);
          expect(place?.skipMs).toBe(0);
          expect(place?.atS).toBeGreaterThanOrEqual(nowS);
          expect(place?.atS).toBeGreaterThanOrEqual(freeFromS - 1e-9);
          expect(onSample(place?.atS ?? 0.5)).toBeLessThan(1e-3);
          freeFromS = (place?.atS ?? 0) + durationMs / 1000;
          sample += samples;
        }
        expect(schedule.positionAtMs(freeFromS + 1)).toBeCloseTo((1000 * sample) / RATE_HZ, 3);
      }),
    );
  });
});
