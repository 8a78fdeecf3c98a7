import { describe, expect, it } from 'vitest';
import { MouthScores } from '../../../../src/lipsync/acoustic/mouth-scores.js';

const CLASSES = ['sil', 'a', 'i', 'm', 'n', 's', 't'];
const EVEN = CLASSES.map(() => 1 / CLASSES.length);

function best(
  probabilities: Readonly<Record<string, number>>,
  priors: readonly number[] = EVEN,
): string | undefined {
  const frame = Float32Array.from(CLASSES, (name) => Math.log(probabilities[name] ?? 1e-6));
  const scores = new MouthScores(CLASSES, priors).of(frame);
  return CLASSES[scores.indexOf(Math.max(...scores))];
}

describe('MouthScores', () => {
  it('prefers the shape that several classes make together to a likelier class that stands alone', () => {
    expect(best({ a: 0.4, n: 0.35, s: 0.15, t: 0.1 })).toBe('n');
    expect(best({ a: 0.4, sil: 0.36, m: 0.24 })).toBe('sil');
  });

  it('prefers what is much likelier all the same', () => {
    expect(best({ a: 0.6, n: 0.2, s: 0.1, t: 0.1 })).toBe('a');
  });

  it('keeps the order of classes that look alike', () => {
    expect(best({ s: 0.5, t: 0.3, n: 0.2 })).toBe('s');
  });

  it('tells of two classes as likely as each other the rarer one', () => {
    const priors = CLASSES.map((name) => (name === 'a' ? 0.9 : 0.1 / (CLASSES.length - 1)));
    expect(best({ a: 0.5, i: 0.5 }, priors)).toBe('i');
    expect(best({ a: 0.9, i: 0.1 }, priors)).toBe('a');
  });

  it('stays finite where something is impossible', () => {
    const frame = Float32Array.from(CLASSES, (name) => (name === 'sil' ? 0 : -100));
    expect([...new MouthScores(CLASSES, EVEN).of(frame)].every(Number.isFinite)).toBe(true);
  });
});
