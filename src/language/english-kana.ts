import { isVowel } from './arpabet.js';

/** Vowels by themselves, and in the five rows of kana with what follows. */
const VOWELS: Readonly<Record<string, readonly [row: number, behind: string]>> = {
  aa: [0, ''],
  ae: [0, ''],
  ah: [0, ''],
  ax: [0, ''],
  axr: [0, 'ー'],
  er: [0, 'ー'],
  aw: [0, 'ウ'],
  ay: [0, 'イ'],
  ih: [1, ''],
  iy: [1, 'ー'],
  uh: [2, ''],
  uw: [2, 'ー'],
  eh: [3, ''],
  ey: [3, 'イ'],
  ao: [4, 'ー'],
  ow: [4, 'ー'],
  oy: [4, 'イ'],
};

/** Consonants before a, i, u, e, o, and without a vowel. */
const CONSONANTS: Readonly<Record<string, string>> = {
  '': 'ア イ ウ エ オ -',
  p: 'パ ピ プ ペ ポ プ',
  b: 'バ ビ ブ ベ ボ ブ',
  t: 'タ ティ トゥ テ ト ト',
  d: 'ダ ディ ドゥ デ ド ド',
  k: 'カ キ ク ケ コ ク',
  g: 'ガ ギ グ ゲ ゴ グ',
  m: 'マ ミ ム メ モ ム',
  n: 'ナ ニ ヌ ネ ノ ン',
  ng: 'ンガ ンギ ング ンゲ ンゴ ング',
  f: 'ファ フィ フ フェ フォ フ',
  v: 'バ ビ ブ ベ ボ ブ',
  s: 'サ シ ス セ ソ ス',
  z: 'ザ ジ ズ ゼ ゾ ズ',
  th: 'サ シ ス セ ソ ス',
  dh: 'ザ ジ ズ ゼ ゾ ズ',
  sh: 'シャ シ シュ シェ ショ シュ',
  zh: 'ジャ ジ ジュ ジェ ジョ ジュ',
  ch: 'チャ チ チュ チェ チョ チ',
  jh: 'ジャ ジ ジュ ジェ ジョ ジ',
  hh: 'ハ ヒ フ ヘ ホ フ',
  r: 'ラ リ ル レ ロ ル',
  l: 'ラ リ ル レ ロ ル',
  w: 'ワ ウィ ウ ウェ ウォ ウ',
  y: 'ヤ イ ユ イェ ヨ イ',
};

const ROW_OF_LETTER: Readonly<Record<string, number>> = { a: 0, i: 1, u: 0, e: 3, o: 4, y: 1 };

/** Behind a short vowel these become double at the end of a word: キット, バッグ. */
const DOUBLED = /^(?:p|t|k|ch|jh|sh|d|g)$/;
const SHORT = /^(?:ae|eh|ih|ah|aa|uh)$/;

const LETTERS: Readonly<Record<string, string>> = {
  a: 'エー',
  b: 'ビー',
  c: 'シー',
  d: 'ディー',
  e: 'イー',
  f: 'エフ',
  g: 'ジー',
  h: 'エイチ',
  i: 'アイ',
  j: 'ジェー',
  k: 'ケー',
  l: 'エル',
  m: 'エム',
  n: 'エヌ',
  o: 'オー',
  p: 'ピー',
  q: 'キュー',
  r: 'アール',
  s: 'エス',
  t: 'ティー',
  u: 'ユー',
  v: 'ブイ',
  w: 'ダブリュー',
  x: 'エックス',
  y: 'ワイ',
  z: 'ゼット',
};

/**
 * English as a Japanese voice says it: `k ae t` is キャット.
 *
 * @param phonemes - lip.txt names of English.
 * @param spelling - of the word: Japanese goes by it where English has only a murmur, コンピューター and システム.
 */
export function kanaOfEnglish(phonemes: readonly string[], spelling = ''): string {
  const rows = spelledRows(phonemes, spelling);
  let kana = '';
  for (let at = 0; at < phonemes.length; at++) {
    const phoneme = phonemes[at] ?? '';
    const [next, nextButOne] = [phonemes[at + 1], phonemes[at + 2]];
    if (isVowel(phoneme)) kana += syllable('', at, phonemes, rows);
    else if (isVowel(next)) kana += syllable(phoneme, ++at, phonemes, rows);
    else if (next === 'y' && (nextButOne === 'uw' || nextButOne === 'uh')) {
      kana += `${rowOf(phoneme, 1)}ュー`;
      at += 2;
    } else kana += closing(phoneme, phonemes[at - 1], next, nextButOne);
  }
  return kana;
}

/** The Japanese names of the letters. @param letters - others than a to z are passed over. */
export function kanaOfLetters(letters: string): string {
  return [...letters.toLowerCase()].map((letter) => LETTERS[letter] ?? '').join('');
}

/** The consonant and the vowel at a place. */
function syllable(
  consonant: string,
  at: number,
  phonemes: readonly string[],
  rows: ReadonlyMap<number, number>,
): string {
  const vowel = phonemes[at] ?? '';
  const next = phonemes[at + 1];
  const [row, behind] = VOWELS[vowel] ?? [0, ''];
  // キャット, but カップ: only this vowel makes k and g soft.
  const isSoft = vowel === 'ae' && (consonant === 'k' || consonant === 'g');
  const kana = isSoft ? `${consonant === 'k' ? 'キ' : 'ギ'}ャ` : rowOf(consonant, rows.get(at) ?? row);
  if ((vowel === 'aa' || vowel === 'ao') && next === 'r') return `${kana}ー`;
  // ビデオ, not ビディーオ.
  return kana + (vowel === 'iy' && isVowel(next) ? '' : behind);
}

function rowOf(consonant: string, row: number): string {
  return CONSONANTS[consonant]?.split(' ')[row] ?? '';
}

/** For the places of murmured vowels (and of `aa`, written o) the row that the spelling says, where it has as many vowels. */
function spelledRows(phonemes: readonly string[], spelling: string): ReadonlyMap<number, number> {
  const groups =
    spelling
      .toLowerCase()
      .replace(/(?<=[^aeiouy])e$/, '')
      .match(/[aeiouy]+/g) ?? [];
  const places = [...phonemes.keys()].filter((at) => isVowel(phonemes[at]));
  if (groups.length !== places.length) return new Map();
  return new Map(
    places.flatMap((at, index) => {
      const row = ROW_OF_LETTER[groups[index]?.at(-1) ?? ''];
      const isOpen = phonemes[at] === 'ax' || (phonemes[at] === 'aa' && row === 4);
      return isOpen && row !== undefined ? [[at, row] as const] : [];
    }),
  );
}

/** A consonant without a vowel behind it. */
function closing(
  phoneme: string,
  before: string | undefined,
  next: string | undefined,
  nextButOne: string | undefined,
): string {
  if (phoneme === 'r' && isVowel(before)) return /^(?:aa|ao|er|axr)$/.test(before ?? '') ? '' : 'ア';
  if (phoneme === 'm' && /^[pb]$/.test(next ?? '')) return 'ン';
  if (phoneme === 'ng' && /^[kg]$/.test(next ?? '')) return 'ン';
  // キャッツ: ツ comes from the s.
  if (phoneme === 't' && next === 's' && nextButOne === undefined) return 'ッ';
  if (phoneme === 'y' || phoneme === 'w') return '';
  const kana = CONSONANTS[phoneme]?.split(' ')[5] ?? '';
  const isDouble = next === undefined && DOUBLED.test(phoneme) && SHORT.test(before ?? '');
  return isDouble ? `ッ${kana}` : kana;
}
