import { describe, expect, it } from 'vitest';
import { type Dictionary, parseDictionary } from '../../../src/language/index.js';
import { ConfigError } from '../../../src/runtime/index.js';

const said = (dictionary: Dictionary, text: string, language: 'ja' | 'en' | 'other' = 'en'): string[] =>
  dictionary
    .find(text, () => language)
    .map(({ from, to, text: spoken }) => `${text.slice(from, to)}>${spoken}`);

const problemsOf = (text: string, name: string): string => {
  try {
    parseDictionary(text, name);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
};

describe('parseDictionary', () => {
  it('reads the same from YAML lines, YAML entries, JSON and CSV', () => {
    const forms = [
      ['a.yaml', 'GitHub: ギットハブ\n八百万: やおよろず\n'],
      ['a.yaml', '- {surface: GitHub, spoken: ギットハブ}\n- surface: 八百万\n  spoken: やおよろず\n'],
      ['a.yaml', 'GitHub: {spoken: ギットハブ}\n八百万:\n  spoken: やおよろず\n'],
      ['a.json', '{"GitHub": "ギットハブ", "八百万": {"spoken": "やおよろず"}}'],
      ['a.csv', 'surface,spoken\nGitHub,ギットハブ\n"八百万","やおよろず"\n'],
      ['a.csv', '\ufeffspoken,surface,language\r\nギットハブ,GitHub,\r\nやおよろず,八百万,\r\n'],
    ] as const;
    for (const [name, text] of forms) {
      const dictionary = parseDictionary(text, name);
      expect(dictionary.size).toBe(2);
      expect(said(dictionary, 'GitHubの八百万の神', 'ja')).toEqual([
        'GitHub>ギットハブ',
        '八百万>やおよろず',
      ]);
    }
  });

  it('takes an empty file for an empty dictionary', () => {
    expect(parseDictionary('', 'a.yaml').size).toBe(0);
    expect(parseDictionary('# nothing yet\n', 'a.yaml').size).toBe(0);
    expect(parseDictionary('surface,spoken\n', 'a.csv').size).toBe(0);
  });

  it('keeps numbers and words that YAML would change', () => {
    const dictionary = parseDictionary('1.10: one point ten\nno: num\n007: double oh seven\n', 'a.yaml');
    expect(said(dictionary, '1.10 no 007')).toEqual(['1.10>one point ten', 'no>num', '007>double oh seven']);
  });

  it('knows full-width spellings by their half-width form, as the text comes', () => {
    expect(said(parseDictionary('ＭＭＤ: エムエムディー', 'a.yaml'), 'MMD')).toEqual(['MMD>エムエムディー']);
  });

  it('names the lines of everything that is wrong', () => {
    const text = [
      'GitHub: ギットハブ',
      'x: [1, 2]',
      'y: {said: z}',
      'z: {spoken: q, case: maybe, language: fr}',
    ].join('\n');
    const message = problemsOf(text, 'words.yaml');
    expect(message).toContain('words.yaml');
    expect(message).toContain('line 2: expected how "x" is spoken');
    expect(message).toContain('line 3: expected only surface, spoken');
    expect(message).toContain('line 4: expected language ja, en or other, got "fr"');
    expect(message).toContain('line 4: expected case exact or any, got "maybe"');
    expect(message).not.toContain('line 1:');
  });

  it.each([
    ['a.yaml', 'a: "b', 'line 1:'],
    ['a.yaml', 'just text', 'expected "surface: spoken" lines'],
    ['a.yaml', '- text', 'line 1: expected an entry'],
    ['a.json', '{"a": }', 'line 1'],
    ['a.csv', 'a,b\n', 'line 1: expected a first line'],
    ['a.csv', 'surface,spoken\na,b,c\n', 'line 2: expected 2 fields, got 3'],
    ['a.csv', 'surface,spoken\n"x\ny",z\nq\n', 'line 4: expected spoken'],
    ['a.csv', 'surface,spoken\na"b,c\n', 'line 2: a "'],
    ['a.csv', 'surface,spoken\n,b\n', 'line 2: expected a surface'],
    ['a.yaml', 'a: {phonemes: "12 !"}', 'phonemes as a list'],
    ['a.yaml', `${'a'.repeat(101)}: b`, 'a surface of 1 to 100'],
  ])('refuses %s %j', (name, text, problem) => expect(problemsOf(text, name)).toContain(problem));

  it('lists ten problems and counts the others', () => {
    const text = Array.from({ length: 14 }, (_, index) => `w${index}: [1]`).join('\n');
    expect(problemsOf(text, 'a.yaml')).toContain('and 4 more');
  });

  it('opens no alias bomb', () => {
    const bomb = `a: &a [x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [*${'abcdefghi'[index]},*${'abcdefghi'[index]}]`)
      .join('\n')}`;
    expect(problemsOf(bomb, 'a.yaml')).toContain('got a list');
  });
});

describe('Dictionary', () => {
  it('takes the longest', () => {
    const dictionary = parseDictionary(
      '東京: トーキョー\n東京都: トーキョート\n東京都庁: トチョー',
      'a.yaml',
    );
    expect(said(dictionary, '東京と東京都と東京都庁', 'ja')).toEqual([
      '東京>トーキョー',
      '東京都>トーキョート',
      '東京都庁>トチョー',
    ]);
  });

  it('takes the later of two for one spelling', () => {
    expect(
      said(parseDictionary('- {surface: a, spoken: x}\n- {surface: a, spoken: y}', 'a.yaml'), 'a'),
    ).toEqual(['a>y']);
  });

  it('leaves longer Latin words and numbers alone unless told otherwise', () => {
    const dictionary = parseDictionary('cat: kat\n1a: one a\nsub: {spoken: s, word: false}', 'a.yaml');
    expect(said(dictionary, 'cat concat cats cat2 11a 1a caté')).toEqual(['cat>kat', '1a>one a']);
    expect(said(dictionary, 'これはcatです')).toEqual(['cat>kat']);
    expect(said(dictionary, 'submarine')).toEqual(['sub>s']);
  });

  it('minds the case where the spelling has capitals, or as told', () => {
    const dictionary = parseDictionary('US: U S\nnpm: N P M\nIT: {spoken: I T, case: any}', 'a.yaml');
    expect(said(dictionary, 'us US NPM npm it')).toEqual(['US>U S', 'NPM>N P M', 'npm>N P M', 'it>I T']);
  });

  it('prefers the entry of the language', () => {
    const dictionary = parseDictionary(
      '- {surface: AI, spoken: エーアイ, language: ja}\n- {surface: AI, spoken: A I}',
      'a.yaml',
    );
    expect(said(dictionary, 'AI', 'ja')).toEqual(['AI>エーアイ']);
    expect(said(dictionary, 'AI', 'en')).toEqual(['AI>A I']);
  });

  it('looks at nothing twice', () => {
    expect(said(parseDictionary('a: {spoken: aa, word: false}', 'a.yaml'), 'aaa')).toEqual([
      'a>aa',
      'a>aa',
      'a>aa',
    ]);
  });
});
