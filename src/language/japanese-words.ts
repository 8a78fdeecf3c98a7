import { counterAt, readCounted } from './counter-readings.js';
import type { JapaneseToken } from './japanese-analyzer.js';
import { otherReadings, withYoungerWords } from './japanese-homographs.js';
import { isKana, katakanaOf } from './kana-phonemes.js';
import { digitsOfNumeral, isNumeral, plainReading, readNumeral } from './numeral-readings.js';

/** A word of a Japanese text with its readings in katakana as pronounced. */
export interface JapaneseWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Likeliest first; none: signs, or letters that are not Japanese. */
  readonly kana: readonly string[];
  /** A particle, an ending: said in one breath with the word before it. */
  readonly isAttached: boolean;
}

/** Counters stand at most so many tokens behind their number. */
const COUNTER_TOKENS = 4;
const HAN = /[\p{Script=Han}々]/u;
const KANA_TAIL = /[ぁ-ゖー]+$/;

/**
 * Words with readings from the dictionary's tokens: numbers are read with their counters, long vowels are found, and words that can be
 * read in several ways have them all.
 */
export function japaneseWords(found: readonly JapaneseToken[]): JapaneseWord[] {
  const tokens = withYoungerWords(found);
  const words: JapaneseWord[] = [];
  for (let index = 0; index < tokens.length; ) {
    const token = tokens[index];
    if (token === undefined) break;
    const number = numberAt(tokens, index);
    if (number !== undefined) {
      words.push(number.word);
      index = number.next;
      continue;
    }
    const last = words.at(-1);
    if (last !== undefined && isVolitional(token)) words[words.length - 1] = lengthened(last, token);
    else words.push(wordOf(token, tokens[index - 1], tokens[index + 1]));
    index++;
  }
  return words;
}

function wordOf(token: JapaneseToken, before?: JapaneseToken, after?: JapaneseToken): JapaneseWord {
  const { surface: text, from, to } = token;
  const isBehindPrefix = before?.kind === '接頭詞';
  const isAttached =
    isBehindPrefix || /^助(?:詞|動詞)$/.test(token.kind) || /^(?:接尾|非自立)$/.test(token.subkind);
  const others = otherReadings(token, before, after);
  const known = token.kana === undefined ? [] : longForms(text, token.kana);
  if (known.length > 0)
    return { text, from, to, isAttached, kana: unique([...others.first, ...known, ...others.more]) };
  if (others.first.length > 0) return { text, from, to, isAttached, kana: others.first };
  return { text, from, to, isAttached, kana: isKana(text) ? spokenKana(katakanaOf(text)) : [] };
}

/** The う of 会いましょう, which the dictionary has as a word of its own. */
function isVolitional({ surface, kind }: JapaneseToken): boolean {
  return surface === 'う' && kind === '助動詞';
}

function lengthened(word: JapaneseWord, { to }: JapaneseToken): JapaneseWord {
  return { ...word, text: `${word.text}う`, to, kana: word.kana.map((kana) => `${kana}ー`) };
}

/** Kana that the dictionary does not know: オウ is mostly long. */
function spokenKana(kana: string): string[] {
  const long = kana.replace(/(?<=[オコゴソゾトドノホボポモヨョロ])ウ(?![ァィゥェォ])/g, 'ー');
  return unique([long, kana]);
}

/**
 * The dictionary writes 映画 エイガ; in words of Chinese origin that is エーガ. Kana that stand in the text, as in きれい or 招いて, are
 * said as they stand.
 */
function longForms(surface: string, kana: string): string[] {
  const tail = katakanaOf(KANA_TAIL.exec(surface)?.[0] ?? '');
  const cut = kana.endsWith(tail) ? kana.length - tail.length : kana.length;
  const long = kana.slice(0, cut).replace(/(?<=[エケゲセゼテデネヘベペメレェ])イ/g, 'ー') + kana.slice(cut);
  if (long !== kana && HAN.test(surface)) return [long, kana];
  const spelled = kana.replace(/(?<=[エケゲセゼテデネヘベペメレェ])イ/g, 'ー');
  return unique([kana, spelled]);
}

interface NumberFound {
  readonly word: JapaneseWord;
  readonly next: number;
}

function numberAt(tokens: readonly JapaneseToken[], index: number): NumberFound | undefined {
  const first = tokens[index];
  const isWhat = first?.surface === '何' || first?.surface === '数';
  let next = index;
  let text = '';
  for (; next < tokens.length && isNumberToken(tokens, next, text); next++)
    text += tokens[next]?.surface.replace(/,/g, '') ?? '';
  if (isWhat) {
    next = index + 1;
    text = '何';
  }
  const digits = isWhat ? '何' : isNumeral(text) ? digitsOfNumeral(text) : undefined;
  if (first === undefined || digits === undefined) return undefined;
  const counted = counterBehind(tokens, next, digits, /[月]$/.test(tokens[index - 1]?.surface ?? ''));
  if (counted !== undefined) {
    const kana =
      first.surface === '数' ? counted.kana.map((reading) => reading.replace(/^ナン/, 'スー')) : counted.kana;
    return { word: wordFrom(tokens, index, counted.next, kana), next: counted.next };
  }
  if (isWhat) return undefined;
  const { head, last } = readNumeral(digits);
  return { word: wordFrom(tokens, index, next, [head + plainReading(last)]), next };
}

function isNumberToken(tokens: readonly JapaneseToken[], index: number, before: string): boolean {
  const token = tokens[index];
  if (token === undefined || (before !== '' && token.from !== tokens[index - 1]?.to)) return false;
  if (token.surface === ',') return /\d$/.test(before) && /^\d{3}$/.test(tokens[index + 1]?.surface ?? '');
  if (/^[.．点]$/.test(token.surface)) return /[\d〇一二三四五六七八九]$/.test(before);
  return /^\d+$/.test(token.surface) || (token.subkind === '数' && isNumeral(token.surface));
}

function counterBehind(
  tokens: readonly JapaneseToken[],
  index: number,
  digits: string,
  isDate: boolean,
): { readonly kana: readonly string[]; readonly next: number } | undefined {
  const behind = tokens.slice(index, index + COUNTER_TOKENS);
  let text = '';
  let best: { kana: readonly string[]; next: number } | undefined;
  for (const [offset, token] of behind.entries()) {
    text += token.surface;
    // A counter ends where a token ends, else it is the beginning of another word (三番 but 三番組).
    if (counterAt(text) === text)
      best = { kana: readCounted(digits, text, isDate), next: index + offset + 1 };
  }
  return best;
}

function wordFrom(
  tokens: readonly JapaneseToken[],
  index: number,
  next: number,
  kana: readonly string[],
): JapaneseWord {
  const taken = tokens.slice(index, next);
  return {
    text: taken.map(({ surface }) => surface).join(''),
    from: taken[0]?.from ?? 0,
    to: taken.at(-1)?.to ?? 0,
    kana: unique(kana),
    isAttached: false,
  };
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
