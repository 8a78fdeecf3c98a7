import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoiseFloor } from '../../../src/audio/noise-floor.js';

describe('NoiseFloor', () => {
  it('is the level that a tenth of the window lies below, whatever came', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.double({ min: -130, max: 10, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (window, levels) => {
          const floor = new NoiseFloor(window);
          for (const level of levels) floor.add(level);
          const last = levels.slice(-window).map((level) => Math.max(-80, Math.min(0, level)));
          const wanted = last.sort((a, b) => a - b)[Math.floor(last.length * 0.1)] ?? Number.NaN;
          expect(Math.abs((floor.floorDbfs ?? 99) - wanted)).toBeLessThanOrEqual(0.25);
          expect(floor.frameCount).toBe(last.length);
        },
      ),
    );
  });

  it('knows nothing before the first level and after a reset', () => {
    const floor = new NoiseFloor(3);
    expect(floor.floorDbfs).toBeUndefined();
    floor.add(-40);
    expect(floor.floorDbfs).toBe(-40);
    floor.reset();
    expect(floor).toMatchObject({ floorDbfs: undefined, frameCount: 0 });
    floor.add(-70);
    expect(floor.floorDbfs).toBe(-70);
  });
});
