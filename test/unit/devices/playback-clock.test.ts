import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlaybackClock } from '../../../src/devices/playback-clock.js';
import { seededRandom } from '../../../src/runtime/index.js';

/** A device that plays from `startMs` on, and reports every `everyMs`, read up to `jitterMs` late. */
interface Acted {
  readonly ppm: number;
  readonly minutes: number;
  readonly jitterMs: number;
  readonly seed: number;
  readonly everyMs?: number;
  /** What the reports are rounded to. */
  readonly stepMs?: number;
}

/** @returns the largest error of `heardAtMs` for what is heard 100 ms later, after the first second. */
function worstError({ ppm, minutes, jitterMs, seed, everyMs = 50, stepMs = 1 }: Acted): number {
  const random = seededRandom(seed);
  const clock = new PlaybackClock();
  const rate = 1 + ppm / 1e6;
  const startMs = 1234.5;
  let worst = 0;
  for (let ms = everyMs; ms < minutes * 60_000; ms += everyMs) {
    const position = ms * rate;
    // One in fifty is read very late: this process was busy.
    const lateMs = random() < 0.02 ? 300 * random() : jitterMs * random() ** 3;
    clock.report(startMs + ms + lateMs, Math.round(position / stepMs) * stepMs);
    if (ms < 1000) continue;
    const ahead = position + 100;
    worst = Math.max(worst, Math.abs((clock.heardAtMs(ahead) ?? 1e9) - (startMs + ahead / rate)));
  }
  return worst;
}

describe('PlaybackClock', () => {
  it.each([-200, -20, 0, 20, 200])('foretells within 5 ms for ten minutes of a device %i ppm off', (ppm) => {
    expect(worstError({ ppm, minutes: 10, jitterMs: 8, seed: 5 })).toBeLessThan(5);
  });

  it('foretells within 5 ms whatever the jitter of a busy machine', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 1e6 }),
        (ppm, jitterMs, seed) => {
          expect(worstError({ ppm, minutes: 1, jitterMs, seed })).toBeLessThan(5);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  it('foretells within 8 ms from reports of hundredths of a second', () => {
    expect(worstError({ ppm: 100, minutes: 2, jitterMs: 5, seed: 3, everyMs: 30, stepMs: 10 })).toBeLessThan(
      8,
    );
  });

  it('knows nothing before the device moves', () => {
    const clock = new PlaybackClock();
    for (const atMs of [100, 150, 200]) clock.report(atMs, 0);
    expect(clock.heardAtMs(10)).toBeUndefined();
    expect(clock.positionMs(300)).toBe(0);
    expect(clock.hasMoved).toBe(false);
  });

  it('believes an announced start until the first report, and corrects it', () => {
    const clock = new PlaybackClock();
    clock.report(100, 0);
    clock.start(1000);
    expect(clock.heardAtMs(50)).toBe(1050);
    clock.report(1050, 35);
    expect(clock.heardAtMs(50)).toBe(1065);
  });

  it('gives up an announced start that nothing follows', () => {
    const clock = new PlaybackClock();
    clock.report(900, 0);
    clock.start(1000);
    for (let atMs = 1050; atMs < 3000; atMs += 50) clock.report(atMs, 0);
    expect(clock.isMoving).toBe(false);
    expect(clock.heardAtMs(50)).toBeUndefined();
  });

  it('stands still in an underrun, and keeps the time of what was heard before it', () => {
    const clock = new PlaybackClock();
    for (let ms = 50; ms <= 1000; ms += 50) clock.report(5000 + ms, ms);
    clock.interrupt(1000);
    for (let ms = 1050; ms <= 1300; ms += 50) clock.report(5000 + ms, 1000);
    expect(clock.heardAtMs(1200)).toBeUndefined();
    expect(clock.positionMs(6250)).toBe(1000);
    clock.start(6300);
    for (let ms = 50; ms <= 500; ms += 50) clock.report(6300 + ms, 1000 + ms);
    expect(clock.heardAtMs(700)).toBeCloseTo(5700, 6);
    expect(clock.heardAtMs(1200)).toBeCloseTo(6500, 6);
    expect(clock.positionMs(5700)).toBeCloseTo(700, 6);
    expect(clock.positionMs(6100)).toBeCloseTo(1000, 6);
    expect(clock.positionMs(6500)).toBeCloseTo(1200, 6);
  });

  it('begins anew when the device skips without a word, and not for a late read', () => {
    const clock = new PlaybackClock();
    for (let ms = 50; ms <= 5000; ms += 50) clock.report(ms, ms);
    clock.report(5450, 5050);
    for (let ms = 5100; ms <= 5400; ms += 50) clock.report(5450, ms);
    expect(clock.heardAtMs(6000)).toBeCloseTo(6000, 0);
    // 80 ms were lost: everything comes later from here on.
    for (let ms = 5450; ms <= 7000; ms += 50) clock.report(ms + 80, ms);
    expect(clock.heardAtMs(7100)).toBeCloseTo(7180, 0);
    expect(clock.heardAtMs(2000)).toBeCloseTo(2000, 0);
  });

  it('never moves a settled mapping faster than it may', () => {
    const clock = new PlaybackClock({ maxSlewMsPerS: 5 });
    for (let ms = 50; ms <= 4000; ms += 50) clock.report(ms, ms);
    let before = clock.heardAtMs(10_000) ?? 0;
    for (let ms = 4050; ms <= 9000; ms += 50) {
      clock.report(ms + 10, ms);
      const now = clock.heardAtMs(10_000) ?? 0;
      expect(Math.abs(now - before)).toBeLessThan(0.35);
      before = now;
    }
    expect(before).toBeCloseTo(10_010, 0);
  });

  it('remembers a bounded number of breaks', () => {
    const clock = new PlaybackClock();
    for (let part = 0; part < 1000; part++) {
      clock.interrupt(part * 100);
      clock.start(part * 200);
      clock.report(part * 200 + 50, part * 100 + 50);
    }
    expect(clock.heardAtMs(99_950)).toBeCloseTo(199_850, 0);
    expect(clock.heardAtMs(0)).toBeTypeOf('number');
  });
});
