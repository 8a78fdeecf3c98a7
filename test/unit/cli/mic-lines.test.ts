import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VoiceMeter } from '../../../src/audio/index.js';
import type { CommandContext } from '../../../src/cli/context.js';
import { levelLine } from '../../../src/cli/level-line.js';
import { StatusLine } from '../../../src/cli/status-line.js';
import { FakeClock } from '../../../src/runtime/index.js';

const METER: VoiceMeter = {
  levelDbfs: -36,
  peakDbfs: -20,
  floorDbfs: -63,
  thresholdDbfs: -54,
  isOpen: true,
  isMuted: false,
  gainDb: 0,
};

describe('levelLine', () => {
  it('shows level, threshold and notes', () => {
    expect(levelLine({ meter: METER, notes: ['open', 'lag 150 ms'], columns: 80 })).toBe(
      '[######|#####------------] -36 dBFS   open  lag 150 ms',
    );
  });

  it('marks what is too loud, and knows silence', () => {
    const loud = { ...METER, levelDbfs: -2, peakDbfs: -0.5, thresholdDbfs: undefined };
    expect(levelLine({ meter: loud, notes: [], columns: 80 })).toBe('[#######################-]  -2 dBFS!');
    const silent = { ...METER, levelDbfs: -120, peakDbfs: -120, thresholdDbfs: undefined };
    expect(levelLine({ meter: silent, notes: [], columns: 80 })).toBe('[------------------------] -72 dBFS ');
  });

  it('never reaches the last column, whatever is to be shown', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -130, max: 40, noNaN: true }),
        fc.option(fc.double({ min: -130, max: 40, noNaN: true }), { nil: undefined }),
        fc.integer({ min: 11, max: 300 }),
        (level, threshold, columns) => {
          const meter = { ...METER, levelDbfs: level, peakDbfs: level, thresholdDbfs: threshold };
          const line = levelLine({ meter, notes: ['closed', 'no sound from the microphone'], columns });
          expect(line.length).toBeLessThan(columns);
          if (columns > 40) expect(line).toMatch(/^\[[#|-]{24}\] +-?\d+ dBFS/);
        },
      ),
    );
  });
});

describe('StatusLine', () => {
  function setUp(options: { isTerminal: boolean; isJson?: boolean; columns?: number }) {
    const clock = new FakeClock();
    const stderr = Object.assign(new PassThrough(), { columns: options.columns });
    const said: string[] = [];
    const context = {
      args: { json: options.isJson === true },
      io: { stderr, isTerminal: options.isTerminal },
      say: (text: string) => said.push(text),
    } as unknown as CommandContext;
    const widths: number[] = [];
    const line = new StatusLine({
      context,
      clock,
      draw: (columns) => {
        widths.push(columns);
        return 'drawn';
      },
      summary: () => 'told',
    });
    return { clock, line, said, widths, written: () => String(stderr.read() ?? '') };
  }

  it('is drawn ten times a second on a terminal, over itself', () => {
    const { clock, line, widths, written, said } = setUp({ isTerminal: true, columns: 120 });
    line.start();
    clock.advance(1000);
    expect(widths).toEqual(new Array(11).fill(120));
    expect(written()).toBe('\r\u001b[2Kdrawn'.repeat(11));
    line.close();
    expect(written()).toBe('\r\u001b[2K');
    expect({ said, pending: clock.pendingCount }).toEqual({ said: [], pending: 0 });
  });

  it('makes room for what is said meanwhile', () => {
    const { line, said, written } = setUp({ isTerminal: true });
    line.start();
    written();
    line.say('a fault');
    expect(written()).toBe('\r\u001b[2K');
    line.say('another');
    expect(written()).toBe('');
    expect(said).toEqual(['a fault', 'another']);
  });

  it('takes a terminal that does not know its width for a usual one', () => {
    const { line, widths } = setUp({ isTerminal: true, columns: 0 });
    line.start();
    expect(widths).toEqual([80]);
  });

  it('is told every ten seconds elsewhere', () => {
    const { clock, line, said, written } = setUp({ isTerminal: false });
    line.start();
    clock.advance(30_000);
    line.close();
    clock.advance(30_000);
    expect(said).toEqual(['told', 'told', 'told']);
    expect(written()).toBe('');
  });

  it('is silent with --json', () => {
    const { clock, line, said, written } = setUp({ isTerminal: true, isJson: true });
    line.start();
    clock.advance(30_000);
    expect({ said, written: written(), pending: clock.pendingCount }).toEqual({
      said: [],
      written: '',
      pending: 0,
    });
  });
});
