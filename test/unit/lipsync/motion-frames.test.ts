import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { motionFrames } from '../../../src/lipsync/index.js';
import { LipMotion } from '../../../src/simulator/lip-motion.js';
import { CLOSED_MOUTH, mouthOpening } from '../../../src/simulator/lip-table.js';

describe('motionFrames', () => {
  it.each([
    // As measured on the program: sum + 200 ms; one frame at least, the error carried over.
    [[2000], [0], 66],
    [Array.from({ length: 10 }, () => 100), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27], 36],
    [[10, 10, 10, 500], [0, 1, 2, 3], 22],
    [[187, 75, 75], [0, 6, 8], 16],
    [[], [], 1],
    [[Number.NaN, -5], [0, 1], 8],
  ])('makes of %j ms the frames of MMDAgent-EX', (durationsMs, startFrames, stopFrame) => {
    expect(motionFrames(durationsMs)).toMatchObject({ startFrames, stopFrame });
  });

  it('puts every border where the simulator, written from the same facts, has it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 60 }),
        (durationsMs) => {
          // A list that is open and closed in turn shows its borders.
          const list = durationsMs.map((ms, index) => `${index % 2 === 0 ? 'u' : 'sil'},${ms}`).join(',');
          const motion = new LipMotion(list, CLOSED_MOUTH);
          const { startFrames, stopFrame } = motionFrames(durationsMs);
          // Single and double precision part where a sum ends on half a frame: by one frame, and never more.
          let sumMs = 0;
          const isTie = durationsMs.some((ms) => {
            sumMs += ms;
            return sumMs % 100 === 50;
          });
          expect(Math.abs(Math.round(motion.durationMs / (1000 / 30)) - stopFrame)).toBeLessThanOrEqual(
            isTie ? 1 : 0,
          );
          if (isTie) return;
          for (const [index, frame] of startFrames.entries()) {
            const opening = mouthOpening(motion.at((frame + 1e-6) * (1000 / 30)));
            const isFaded = frame < 6;
            if (!isFaded) expect(opening).toBeCloseTo(index % 2 === 0 ? 1 : 0, 3);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
