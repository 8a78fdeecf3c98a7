import { matchesOf } from '../runtime/index.js';
import type { SpokenLanguage } from './spoken-word.js';

/** A stretch of a text in one language. */
export interface LanguageRun {
  readonly text: string;
  /** Place in the text, UTF-16 units. */
  readonly from: number;
  readonly to: number;
  /** `other`: a script that neither Japanese nor English is written in. */
  readonly language: RunLanguage;
}

export type RunLanguage = SpokenLanguage | 'other';

/** So many English words in a row inside a Japanese sentence are English; fewer are read as the Japanese do. */
const ENGLISH_WORDS = 3;

/** Marks that Unicode counts to no script: long vowel, half-width long vowel and voicing, repetition. */
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}ーｰﾞﾟ〱-〵]/u;
const HIRAGANA = /\p{Script=Hiragana}/u;
const HAN = /[\p{Script=Han}々〆〇]/u;
const LATIN = /\p{Script=Latin}/u;
const LETTER = /\p{L}/u;
/** A word counts if a lower-case letter is in it: a row of abbreviations stays Japanese. */
const WORD = /[\p{Script=Latin}\p{M}'’-]+/gu;
const SENTENCE_END = /[.!?。！？\n]/u;
const OPENING = /[\p{Ps}\p{Pi}"'“‘]/u;

interface Stretch {
  readonly from: number;
  to: number;
  language: RunLanguage;
}

/**
 * Cuts a text where its language changes; the runs put together are the text again.
 *
 * Goes by the script. Short Latin words inside a Japanese sentence stay Japanese (`GitHubを使う`), since a Japanese voice reads
 * them and a change of voice for one word sounds worse. Three or more English words in a row are English, and so is a shorter
 * sentence of their own (`Hello!`) unless `fallback` is `ja`.
 * Han without kana anywhere counts as Japanese unless `fallback` is `other`. Digits, signs and blanks go with what they touch.
 *
 * @param fallback - language of the whole: of text without letters and of short Latin sentences; `other`: Latin letters are no English. @default 'en'
 */
export function splitByLanguage(text: string, fallback: RunLanguage = 'en'): readonly LanguageRun[] {
  if (text === '') return [];
  const stretches = letterStretches(text, fallback);
  keepShortLatin(text, stretches, fallback);
  const runs = merged(text, stretches);
  if (runs.length === 0) return [{ text, from: 0, to: text.length, language: fallback }];
  return runs.map(({ from, to, language }) => ({ text: text.slice(from, to), from, to, language }));
}

/** Rows of letters of one language, with what stands between them left out. */
function letterStretches(text: string, fallback: RunLanguage): Stretch[] {
  const isHanJapanese = fallback !== 'other' || KANA.test(text);
  const stretches: Stretch[] = [];
  let at = 0;
  for (const letter of text) {
    const language = languageOf(letter, fallback, isHanJapanese);
    const end = at + letter.length;
    if (language !== undefined) {
      const last = stretches.at(-1);
      const isSame = last?.language === language && !SENTENCE_END.test(text.slice(last.to, at));
      if (isSame && last !== undefined) last.to = end;
      else stretches.push({ from: at, to: end, language });
    }
    at = end;
  }
  return stretches;
}

function languageOf(letter: string, fallback: RunLanguage, isHanJapanese: boolean): RunLanguage | undefined {
  if (KANA.test(letter)) return 'ja';
  if (HAN.test(letter)) return isHanJapanese ? 'ja' : 'other';
  if (LATIN.test(letter)) return fallback === 'other' ? 'other' : 'en';
  return LETTER.test(letter) ? 'other' : undefined;
}

/** Latin words that a Japanese sentence has in it become Japanese. */
function keepShortLatin(text: string, stretches: readonly Stretch[], fallback: RunLanguage): void {
  stretches.forEach((stretch, index) => {
    if (stretch.language !== 'en') return;
    if (isEnglish(text.slice(stretch.from, stretch.to))) return;
    const before = stretches[index - 1];
    const after = stretches[index + 1];
    const isAfterJapanese = hasSentenceOf(text, before) && !endsSentence(text, before.to, stretch.from);
    const isBeforeJapanese = hasSentenceOf(text, after) && !endsSentence(text, stretch.to, after.from);
    if (fallback === 'ja' || isBeforeJapanese || isAfterJapanese) stretch.language = 'ja';
  });
}

/** Whether so many words are in it that it is no part of a Japanese sentence. */
function isEnglish(latin: string): boolean {
  let words = 0;
  for (const [word] of matchesOf(latin, WORD))
    if (/\p{Ll}/u.test(word) && ++words === ENGLISH_WORDS) return true;
  return false;
}

/** Hiragana is grammar: `猫` alone may be a word that an English sentence is about. */
function hasSentenceOf(text: string, stretch: Stretch | undefined): stretch is Stretch {
  return stretch?.language === 'ja' && HIRAGANA.test(text.slice(stretch.from, stretch.to));
}

function endsSentence(text: string, from: number, to: number): boolean {
  return SENTENCE_END.test(text.slice(from, to));
}

/** Neighbours of one language together, and what stands between given to one of them. */
function merged(text: string, stretches: readonly Stretch[]): readonly Stretch[] {
  const runs: Stretch[] = [];
  for (const stretch of stretches) {
    const last = runs.at(-1);
    if (last === undefined) runs.push({ ...stretch, from: 0 });
    else if (last.language === stretch.language) last.to = stretch.to;
    else {
      const cut = borderBetween(text, last.to, stretch.from);
      last.to = cut;
      runs.push({ ...stretch, from: cut });
    }
  }
  const last = runs.at(-1);
  if (last !== undefined) last.to = text.length;
  return runs;
}

/** Closing signs and blanks stay behind; opening ones and what touches the next letter go with it. */
function borderBetween(text: string, from: number, to: number): number {
  const between = text.slice(from, to);
  const blank = Math.max(between.lastIndexOf(' '), between.lastIndexOf('\n'), between.lastIndexOf('　'));
  if (blank >= 0) return from + blank + 1;
  let cut = to;
  while (cut > from && OPENING.test(text.charAt(cut - 1))) cut--;
  return cut;
}
