import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FixedLagDecoder, LAG_FRAMES } from '../../../../src/lipsync/acoustic/fixed-lag-decoder.js';

const CLASSES = 4;

/** Scores of a frame in which this class is so likely. */
function frame(likely: number, probability: number): Float32Array {
  const rest = Math.log((1 - probability) / (CLASSES - 1));
  return Float32Array.from({ length: CLASSES }, (_, c) => (c === likely ? Math.log(probability) : rest));
}

function decode(frames: readonly Float32Array[], switchPenalty?: number): number[] {
  const decoder = new FixedLagDecoder({
    classCount: CLASSES,
    silence: 0,
    reluctance: 0,
    ...(switchPenalty === undefined ? {} : { switchPenalty }),
  });
  const told = frames.flatMap((scores) => decoder.push(scores) ?? []);
  return [...told, ...decoder.end()];
}

function frames(classes: string, probability: number): Float32Array[] {
  return [...classes].map((c) => frame(Number(c), probability));
}

const anyFrames = fc.array(
  fc.tuple(fc.integer({ min: 0, max: CLASSES - 1 }), fc.double({ min: 0.26, max: 0.999, noNaN: true })),
  { maxLength: 60 },
);

describe('FixedLagDecoder', () => {
  it('follows what is clearly heard', () => {
    expect(decode(frames('000111122233300', 0.98)).join('')).toBe('000111122233300');
  });

  it('does not follow a single frame, however clear', () => {
    expect(decode(frames('00000100000', 0.999)).join('')).toBe('00000000000');
    expect(decode(frames('0000111112111133', 0.999)).join('')).toBe('0000111111111133');
  });

  it('stays where it is when little speaks for a change, the less so the higher the penalty', () => {
    const unsure = frames('0000001112222', 0.4);
    expect(decode(unsure).join('')).toBe('0000000000000');
    expect(decode(unsure, 0.1).join('')).toBe('0000001112222');
  });

  it('takes more to begin to speak than to go on, after a long silence and at the beginning', () => {
    const decoder = (): FixedLagDecoder => new FixedLagDecoder({ classCount: CLASSES, silence: 0 });
    const run = (sound: readonly Float32Array[]): string => {
      const one = decoder();
      const told = sound.flatMap((scores) => one.push(scores) ?? []);
      return [...told, ...one.end()].join('');
    };
    const burst = [...frames('00', 0.9), ...frames('11', 0.9), ...frames('0000', 0.9)];
    const speech = frames('1'.repeat(400), 0.98);
    expect(run(burst)).toBe('00000000');
    expect(run([...speech, ...burst]).slice(400)).toBe('00110000');
    expect(run([...speech, ...frames('0'.repeat(300), 0.98), ...burst]).slice(-8)).toBe('00000000');
    expect(run([...frames('00', 0.9), ...frames('2222', 0.95)])).toBe('002222');
  });

  it('tells every frame, its lag late, each class for two frames at least', () => {
    fc.assert(
      fc.property(anyFrames, (given) => {
        const decoder = new FixedLagDecoder({ classCount: CLASSES, silence: 0, reluctance: 0 });
        const told: number[] = [];
        for (const [index, [likely, probability]] of given.entries()) {
          const one = decoder.push(frame(likely, probability));
          expect(one === undefined).toBe(index < LAG_FRAMES);
          if (one !== undefined) told.push(one);
        }
        told.push(...decoder.end());
        expect(told).toHaveLength(given.length);
        const runs = told.join('').match(/(.)\1*/g) ?? [];
        // The class before the first frame goes on, and the last may be cut off by the end.
        for (const run of runs.slice(told[0] === 0 ? 1 : 0, -1)) expect(run.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('finds the likeliest path of what it hears before it must decide', () => {
    // Against the best of all paths, by trying all of them.
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 1, maxLength: LAG_FRAMES }), (likely) => {
        const given = likely.map((c) => frame(c, 0.9));
        expect(scoreOf(decode(given), given)).toBeCloseTo(bestScore(given), 6);
      }),
    );
  });
});

function scoreOf(path: readonly number[], given: readonly Float32Array[]): number {
  const withStart = [0, 0, ...path];
  let score = 0;
  for (let n = 2; n < withStart.length; n++) {
    score += given[n - 2]?.[withStart[n] ?? 0] ?? 0;
    if (withStart[n] === withStart[n - 1]) continue;
    score -= 3;
    // The class that ends here lasted one frame only.
    if (withStart[n - 1] !== withStart[n - 2]) return Number.NEGATIVE_INFINITY;
  }
  const last = withStart.length - 1;
  const isShort = withStart[last] !== withStart[last - 1];
  return isShort ? Number.NEGATIVE_INFINITY : score;
}

function bestScore(given: readonly Float32Array[]): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let code = 0; code < CLASSES ** given.length; code++) {
    const path = given.map((_, n) => Math.floor(code / CLASSES ** n) % CLASSES);
    best = Math.max(best, scoreOf(path, given));
  }
  return best;
}
