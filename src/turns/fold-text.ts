import { matchesOf } from '../runtime/index.js';

/** A text in the one form in which words are compared, and where each unit of it stood. */
export interface FoldedText {
  /** Small letters and hiragana, without blanks, signs and marks of long vowels. */
  readonly letters: string;
  /** For each UTF-16 unit of `letters` the place of what it came from, UTF-16 units of the text; one longer: the last is the end. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A character with the marks that belong to it: half-width kana carry their voicing behind them. */
const CLUSTER = /[\s\S][\u3099\u309A\uFF9E\uFF9F\p{M}]*/gu;
const NOT_COMPARED = /[^\p{L}\p{N}]|[ーｰ]/gu;
const NUMBERS = /\p{N}+/gu;
const MARKS_AHEAD = /^[\s、，,。．.!！?？…ー]+/u;

/**
 * Folds what a recognizer may write in several ways: width, case, katakana, blanks, punctuation, long vowels by a mark.
 *
 * `メイちゃん`, `ﾒｲちゃん` and `めい、ちゃん` are one; so are `Hey, Mei!` and `hey mei`. Kanji stay: they have no one reading.
 */
export function foldText(text: string): FoldedText {
  let letters = '';
  const from: number[] = [];
  const to: number[] = [];
  for (const { 0: cluster, index } of matchesOf(text, CLUSTER)) {
    const folded = foldLetters(cluster);
    for (let unit = 0; unit < folded.length; unit++) {
      from.push(index);
      to.push(index + cluster.length);
    }
    letters += folded;
  }
  return { letters, from, to };
}

/** The letters alone. */
export function foldLetters(text: string): string {
  return hiragana(text.normalize('NFKC').toLowerCase()).replace(NOT_COMPARED, '');
}

/** Recognizers write numbers in figures or in words as they like: what is said with them decides. */
export function withoutNumbers(letters: string): string {
  return letters.replace(NUMBERS, '');
}

/** What follows words that were cut off: blanks around it, and marks that belonged to them, fall. */
export function withoutMarksAhead(text: string): string {
  return text.replace(MARKS_AHEAD, '').trim();
}

/** Katakana as hiragana; the mark of a long vowel stays. */
export function hiragana(text: string): string {
  return text.replace(/[ァ-ヶ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
}

/** Whether a text ends, or begins, in Japanese script: what stands beside it needs no blank. */
export const JAPANESE =
  /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ーｰ々〆〇、。！？「」『』（）・…]/u;
