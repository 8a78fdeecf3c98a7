import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitMs, waterfall, waterfallLines } from '../../../src/cli/latency-lines.js';
import { TRACE_STAGES, type TurnTrace } from '../../../src/kept/index.js';

const WHOLE: TurnTrace = {
  endOfTurn: 300,
  transcript: 400,
  firstToken: 600,
  firstClause: 700,
  firstAudio: 800,
  sent: 900,
  heard: 1000,
  ended: 5000,
};

const anyTrace: fc.Arbitrary<TurnTrace> = fc
  .dictionary(fc.constantFrom(...TRACE_STAGES), fc.double({ min: -1e4, max: 1e5, noNaN: true }))
  .map((trace) => trace as TurnTrace);

describe('The waterfall of a turn', () => {
  it('gives every stage as many columns as it took', () => {
    expect(waterfall(WHOLE, 1000, 10)).toBe('eeetmmcash');
    expect(waterfall(WHOLE, 2000, 20)).toBe('eeetmmcash');
  });

  it('gives the time of a stage that is not known to the next one that is', () => {
    expect(waterfall({ firstToken: 200, heard: 1000 }, 1000, 10)).toBe('mmhhhhhhhh');
  });

  it('gives nothing to a stage that was reached before the one in front of it', () => {
    expect(waterfall({ endOfTurn: 300, transcript: 100, heard: 500 }, 1000, 10)).toBe('eeehh');
  });

  it('stays within its columns and in order, whatever was kept', () => {
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 1, max: 80 }), (trace, columns) => {
        const drawn = waterfall(trace, 1000, columns);
        expect(drawn).toMatch(/^e*t*m*c*a*s*h*$/);
        expect(drawn.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('draws all turns on the scale of the slowest, not counting how long a reply is', () => {
    const session = 'a1b2c3d4'.repeat(4);
    const turn = { session, by: 'voice', startedAtMs: 0, outcome: 'completed' } as const;
    const lines = waterfallLines(
      [
        { ...turn, turn: 1, trace: WHOLE },
        { ...turn, turn: 2, by: 'typed', outcome: 'dropped', trace: { firstToken: 500 } },
      ],
      8,
      10,
    );
    expect(lines.slice(1)).toEqual([
      'a1b2c3d4    1 voice     1.00 s  eeetmmcash',
      'a1b2c3d4    2 typed          -  mmmmm       dropped',
    ]);
  });
});

describe('How long the user waited', () => {
  it('is to the first sound as far as it is known', () => {
    expect(waitMs(WHOLE)).toBe(1000);
    expect(waitMs({ firstAudio: 800, sent: 900 })).toBe(900);
    expect(waitMs({ firstToken: 600, ended: 700 })).toBeUndefined();
  });
});
