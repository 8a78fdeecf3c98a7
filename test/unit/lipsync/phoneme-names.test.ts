import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphabetOf, DEFAULT_LIP_TABLE, LipTable, PhonemeNames } from '../../../src/lipsync/index.js';
import { phonemes } from './rig.js';

const names = (...list: string[]) => {
  const mapper = new PhonemeNames(DEFAULT_LIP_TABLE, alphabetOf(list));
  return list.map((name) => mapper.namesFor(name).join('+')).join(' ');
};

describe('PhonemeNames', () => {
  it.each([
    [
      'Open JTalk and VOICEVOX',
      ['sil', 'k', 'o', 'N', 'U', 'cl', 'kw', 'gw', 'pau', 'xx', ''],
      'sil k o N U cl k+w g+w pau sil sil',
    ],
    ['Julius', ['silB', 'q', 'a:', 'sp', 'silE'], 'sil cl a sp sil'],
    ['ARPAbet', ['HH', 'AH0', 'L', 'OW1', 'NG', 'SIL', 'AXR', 'DX'], 'hh ah l ow ng sil axr d'],
    ['FLite and TIMIT', ['h#', 'bcl', 'b', 'ix', 'el', 'epi'], 'sil m b ih l sp'],
    ['espeak-ng', ['h', '@', 'l', "'oU", 'N', 'tS', '_:', 'I'], 'hh ax l ow ng ch sil ih'],
    ['espeak-ng, Japanese', ['k', 'o:', 'N', 's\\', 'i', 't_s', 'r`', '_:'], 'k o N sh i ts r sil'],
    ['IPA', ['h', 'ə', 'l', 'ˈoʊ', 'ŋ', 'tʃ', 'ɯ̥', 'juː'], 'hh ax l ow ng ch U y+uw'],
  ])('knows %s', (_, list, expected) => {
    expect(names(...list)).toBe(expected);
  });

  it('shares the time of one sound between two names', () => {
    const mapper = new PhonemeNames(DEFAULT_LIP_TABLE);
    expect(mapper.map(phonemes('kw,80,a,100', 20))).toEqual([
      { phoneme: 'k', startMs: 20, endMs: 60 },
      { phoneme: 'w', startMs: 60, endMs: 100 },
      { phoneme: 'a', startMs: 100, endMs: 200 },
    ]);
  });

  it('guesses by the beginning of a name, then closes the mouth, and counts both', () => {
    const mapper = new PhonemeNames(DEFAULT_LIP_TABLE);
    expect(mapper.namesFor('shx')).toEqual(['sh']);
    expect(mapper.namesFor('嗚')).toEqual(['sil']);
    mapper.namesFor('嗚');
    expect([...mapper.unknown]).toEqual([
      ['shx', 1],
      ['嗚', 2],
    ]);
    for (let n = 0; n < 500; n++) mapper.namesFor(`?${n}`);
    expect(mapper.unknown.size).toBe(100);
  });

  it('uses the nearest shape of a table that lacks a name', () => {
    const table = new LipTable(
      ['お', 'あ'],
      [
        { name: 'shut', weights: [0, 0] },
        { name: 'wide', weights: [0, 0.6] },
        { name: 'round', weights: [0.9, 0] },
      ],
    );
    const mapper = new PhonemeNames(table);
    expect(mapper.namesFor('a')).toEqual(['wide']);
    expect(mapper.namesFor('o')).toEqual(['round']);
    expect(mapper.namesFor('sil')).toEqual(['shut']);
    expect(mapper.namesFor('wide')).toEqual(['wide']);
    expect(mapper.unknown.size).toBe(0);
  });

  it('never gives a name that the table does not have', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom('lip', 'espeak', 'espeakJa', 'ipa'),
        (name, alphabet) => {
          const given = new PhonemeNames(DEFAULT_LIP_TABLE, alphabet).namesFor(name);
          expect(given.length).toBeGreaterThan(0);
          for (const one of given) expect(DEFAULT_LIP_TABLE.has(one)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
