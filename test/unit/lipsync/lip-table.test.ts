import { describe, expect, it } from 'vitest';
import { DEFAULT_LIP_TABLE, parseLipTable } from '../../../src/lipsync/index.js';
import { ConfigError } from '../../../src/runtime/index.js';
import { mouthOfPhoneme, PHONEME_COUNT } from '../../../src/simulator/lip-table.js';

const SHIPPED = [
  '# number of expressions',
  '2',
  '# expression names',
  'あ',
  'い#comment',
  '# number of phonemes',
  '3',
  'A   0.2 0.0',
  'i   0.0 .4f',
  'sil 0.0 0.0',
].join('\r\n');

const message = (text: string): string => {
  try {
    parseLipTable(text, 'lip.txt');
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'BRIDGE_ERR_LIP_TABLE') return error.message;
    throw error;
  }
  throw new Error('It was read');
};

describe('DEFAULT_LIP_TABLE', () => {
  it('has the 69 phonemes and their shapes, as the simulator has them from the same facts', () => {
    expect(DEFAULT_LIP_TABLE.names).toHaveLength(69);
    expect(PHONEME_COUNT).toBe(69);
    for (const name of DEFAULT_LIP_TABLE.names) {
      const { a, i, u, o } = mouthOfPhoneme(name);
      expect([name, ...DEFAULT_LIP_TABLE.weightsOf(name)]).toEqual([name, a, i, u, o]);
    }
  });

  it('has A first, which unknown names become, and sil as the closed mouth', () => {
    expect(DEFAULT_LIP_TABLE.names[0]).toBe('A');
    expect(DEFAULT_LIP_TABLE.closedName).toBe('sil');
    expect(DEFAULT_LIP_TABLE.openingOf('e')).toBeCloseTo(0.9, 9);
    expect(DEFAULT_LIP_TABLE.openingOf('nobody')).toBe(0);
  });
});

describe('parseLipTable', () => {
  it('reads names and weights, whatever the comments and line ends', () => {
    const { table, ignored } = parseLipTable(SHIPPED, 'lip.txt');
    expect(table.morphs).toEqual(['あ', 'い']);
    expect(table.names).toEqual(['A', 'i', 'sil']);
    expect(table.weightsOf('i')).toEqual([0, 0.4]);
    expect(ignored).toEqual([]);
  });

  it('tells what MMDAgent-EX does not read, behind the number of phonemes that is stated', () => {
    expect(parseLipTable(`${SHIPPED}\r\nk 0.1 0.0`, 'lip.txt').ignored).toEqual(['k', '0.1', '0.0']);
  });

  it('keeps the first of a name that stands twice, and takes the least open for closed where none is', () => {
    const { table } = parseLipTable('1 あ 3 a 0.5 a 0.7 o 0.3', 'lip.txt');
    expect(table.weightsOf('a')).toEqual([0.5]);
    expect(table.closedName).toBe('o');
  });

  it('leaves out names that cannot stand in a message', () => {
    expect(parseLipTable('1 あ 2 a,b 0.5 sil 0', 'lip.txt').table.names).toEqual(['sil']);
  });

  it.each([
    ['', /line 1: expected the number of morphs, got the end/],
    ['four', /line 1: expected the number of morphs, 1 to 100, got "four"/],
    ['1\nあ\n0', /line 3: expected the number of phonemes, 1 to 10000, got "0"/],
    ['1\nあ\n2\nA 0.5\ni', /line 5: expected the weight of あ for i, got the end/],
    ['1\nあ\n1\nA much', /line 4: expected the weight of あ for A, 0 or more, got "much"/],
    ['1\nあ\n1\nA -1', /line 4: .* got "-1"/],
    ['1 あ 1 a|b 0', /a phoneme that can be named/],
    [`\ufeff${SHIPPED}`, /byte order mark.* save it as UTF-8 without one/],
  ])('refuses %j', (text, expected) => {
    expect(message(text)).toMatch(expected);
  });
});
