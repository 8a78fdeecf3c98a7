import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MeterBallistics, onScale } from '../../../src/web/meter-ballistics.js';
import { believed } from '../../../src/web/stored.js';

describe('MeterBallistics', () => {
  it('rises at once and falls gently', () => {
    const meter = new MeterBallistics();
    expect(meter.look(-12, -6, 1000).level).toBeCloseTo(0.8);
    const after = meter.look(-120, -120, 1100).level;
    expect(after).toBeLessThan(0.8);
    expect(after).toBeGreaterThan(0.7);
    expect(meter.look(-120, -120, 4000).level).toBe(0);
  });

  it('holds the peak for a while', () => {
    const meter = new MeterBallistics();
    meter.look(-12, -6, 0);
    for (let ms = 16; ms <= 1200; ms += 16) expect(meter.look(-120, -120, ms).peak).toBeCloseTo(0.9);
    expect(meter.look(-120, -120, 1300).peak).toBeLessThan(0.9);
  });

  it('warns near full scale', () => {
    const meter = new MeterBallistics();
    expect(meter.look(-12, -4, 0).isHot).toBe(false);
    expect(meter.look(-12, -0.5, 10).isHot).toBe(true);
    for (let ms = 20; ms < 4000; ms += 20) meter.look(-120, -120, ms);
    expect(meter.look(-120, -120, 4000).isHot).toBe(false);
  });

  it('stays on the scale, whatever comes', () => {
    const db = fc.double({ min: -400, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(db, db, fc.integer({ min: -50, max: 5000 }))), (looks) => {
        const meter = new MeterBallistics();
        let nowMs = 0;
        for (const [levelDb, peakDb, stepMs] of looks) {
          nowMs += stepMs;
          const { level, peak } = meter.look(levelDb, peakDb, nowMs);
          for (const part of [level, peak]) expect(part >= 0 && part <= 1).toBe(true);
        }
      }),
    );
  });
});

describe('onScale', () => {
  it.each([
    [0, 1],
    [-60, 0],
    [-30, 0.5],
    [12, 1],
    [-200, 0],
  ])('puts %i dB at %d', (db, part) => {
    expect(onScale(db)).toBe(part);
  });
});

describe('believed', () => {
  const usual = { name: 'x', level: -40, isOn: false };

  it('takes what is of the right kind and leaves the rest', () => {
    expect(believed({ name: 'y', level: 'loud', isOn: true, more: 1 }, usual)).toEqual({
      name: 'y',
      level: -40,
      isOn: true,
    });
  });

  it.each([[null], [[]], ['text'], [7], [{ level: Number.NaN }], [{}]])('makes do with %j', (value) => {
    expect(believed(value, usual)).toEqual(usual);
  });
});
