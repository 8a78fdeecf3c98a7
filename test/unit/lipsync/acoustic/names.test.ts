import { describe, expect, it } from 'vitest';
import { CLASSED_PHONEMES, classOf } from '../../../../src/lipsync/acoustic/phoneme-classes.js';
import { Posteriors } from '../../../../src/lipsync/acoustic/posteriors.js';
import { ACOUSTIC_MODEL } from '../../../../src/lipsync/acoustic/weights.js';
import { DEFAULT_LIP_TABLE, LipTable, lipStandIns, settleNames } from '../../../../src/lipsync/index.js';
import { SPOKEN, soundOf } from './spoken.js';

describe('Classes', () => {
  it('are those of the model, and hold every phoneme of lip.txt', () => {
    expect([...CLASSED_PHONEMES].sort()).toEqual([...DEFAULT_LIP_TABLE.names].sort());
    expect(new Set(CLASSED_PHONEMES.map(classOf))).toEqual(new Set(ACOUSTIC_MODEL.classes));
  });

  it('are names of lip.txt themselves, each in its own class', () => {
    for (const name of ACOUSTIC_MODEL.classes) expect(classOf(name)).toBe(name);
  });
});

describe('lipStandIns', () => {
  it('has nothing to tell of the own table of MMDAgent-EX', () => {
    expect(lipStandIns(DEFAULT_LIP_TABLE)).toEqual(new Map());
  });

  it('tells what stands for the names that a table lacks, and nothing else', () => {
    const rows = ['sil', 'a', 'i', 'u', 'o', 't'].map((name) => ({
      name,
      weights: DEFAULT_LIP_TABLE.weightsOf(name),
    }));
    const table = new LipTable(DEFAULT_LIP_TABLE.morphs, rows);
    const standIns = lipStandIns(table, ACOUSTIC_MODEL.classes);
    expect(Object.fromEntries(standIns)).toMatchObject({
      m: 'sil',
      N: 'sil',
      n: 'sil',
      e: 'i',
      s: 't',
      r: 't',
    });
    expect([...standIns.keys()].filter((name) => table.has(name))).toEqual([]);
    for (const name of standIns.values()) expect(table.has(name)).toBe(true);
  });
});

describe('settleNames', () => {
  it('has the sound decide between names, as between u and e in Japanese visemes', () => {
    let right = 0;
    let all = 0;
    for (const one of SPOKEN.filter(({ lang }) => lang === 'ja')) {
      const heard = new Posteriors();
      heard.push(soundOf(one));
      heard.end();
      const vowels = one.segments.filter(({ phoneme }) => phoneme === 'u' || phoneme === 'e');
      const settled = settleNames(
        heard,
        vowels.map((vowel) => ({ ...vowel, phoneme: 'u', orElse: ['e'] })),
      );
      all += vowels.length;
      right += settled.filter(({ phoneme }, n) => phoneme === vowels[n]?.phoneme).length;
    }
    expect(all).toBeGreaterThan(10);
    expect(right / all).toBeGreaterThan(0.9);
  });

  it('leaves what is certain, and what nobody has heard yet', () => {
    const heard = new Posteriors();
    const certain = { phoneme: 'a', startMs: 0, endMs: 100 };
    expect(settleNames(heard, [certain, { ...certain, phoneme: 'u', orElse: ['e'] }])).toEqual([
      certain,
      { ...certain, phoneme: 'u' },
    ]);
  });
});
