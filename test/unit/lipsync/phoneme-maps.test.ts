import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Alphabet, DEFAULT_LIP_TABLE, PhonemeNames } from '../../../src/lipsync/index.js';

const maps: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL('../../../fixtures/lipsync/phoneme-maps.json', import.meta.url), 'utf8'),
);
const ALPHABET_OF: Readonly<Record<string, Alphabet>> = {
  openjtalk: 'lip',
  voicevox: 'lip',
  arpabet: 'arpabet',
  flite: 'arpabet',
  espeak: 'espeak',
  espeak_ja: 'espeakJa',
  ipa: 'ipa',
  azure: 'azure',
  azure_ja: 'azureJa',
  oculus: 'oculus',
  polly: 'polly',
  rhubarb: 'rhubarb',
  vrm: 'vrm',
};

describe('PhonemeNames > tables of the engines', () => {
  it('has an alphabet for every table there is', () => {
    expect(Object.keys(maps).sort()).toEqual(Object.keys(ALPHABET_OF).sort());
  });

  it.each(Object.entries(maps))('gives every name of %s as the table says, without a guess', (set, map) => {
    const names = new PhonemeNames(DEFAULT_LIP_TABLE, ALPHABET_OF[set]);
    const given = Object.fromEntries(Object.keys(map).map((name) => [name, names.namesFor(name).join('+')]));
    expect(Object.keys(map).length).toBeGreaterThan(4);
    expect(given).toEqual(map);
    expect([...names.unknown.keys()]).toEqual([]);
  });

  it('says `0` with round lips in British English', () => {
    expect(new PhonemeNames(DEFAULT_LIP_TABLE, 'espeakGb').namesFor('0')).toEqual(['ao']);
    expect(new PhonemeNames(DEFAULT_LIP_TABLE, 'espeak').namesFor('0')).toEqual(['aa']);
  });

  it.each([
    ['A', 'ey'],
    ['I', 'ay'],
    ['O', 'ow'],
    ['W', 'aw'],
    ['Y', 'oy'],
    ['Q', 'ow'],
    ['ᵊ', 'ax'],
    ['ʤ', 'jh'],
    ['ʧ', 'ch'],
    ['ᵻ', 'ih'],
    ['T', 't'],
    ['.', 'sil'],
    ['ˈ', 'sil'],
    ['ɾ', 'r'],
  ])("knows Kokoro's own letter %s", (name, expected) => {
    expect(new PhonemeNames(DEFAULT_LIP_TABLE, 'misaki').namesFor(name)).toEqual([expected]);
  });

  it.each([
    ['kʲ', 'ky'],
    ['ˈtʃiːz', 'ch+iy+z'],
    ['lˈuːk', 'l+uw+k'],
    ['t͡ɕ', 'ch'],
  ])('takes %s apart, the longest known piece first', (name, expected) => {
    const names = new PhonemeNames(DEFAULT_LIP_TABLE, 'ipa');
    expect(names.namesFor(name).join('+')).toBe(expected);
    expect(names.unknown.size).toBe(0);
  });
});
