import { toCardinal as englishCardinal, toOrdinal as englishOrdinalOf } from 'n2words/en-US';
import { toCardinal as japaneseCardinal } from 'n2words/ja-JP';

/** Longer ones are no amounts but numbers of something, and are said digit by digit. */
export const MAX_CARDINAL_DIGITS = 15;

const ENGLISH_DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const JAPANESE_DIGITS = ['ゼロ', 'イチ', 'ニー', 'サン', 'ヨン', 'ゴー', 'ロク', 'ナナ', 'ハチ', 'キュー'];

/** `1,234.50` without the commas. */
export function plainNumber(written: string): string {
  return written.replace(/,/g, '');
}

/** @param plain - digits with at most one point, no sign. */
export function englishNumber(plain: string): string {
  const [whole = '0', fraction] = plain.split('.');
  const words = isCardinal(whole) ? englishCardinal(BigInt(whole)) : englishDigits(whole);
  return fraction === undefined ? words : `${words} point ${englishDigits(fraction)}`;
}

/** Digit by digit. */
export function englishDigits(digits: string): string {
  return [...digits].map((digit) => ENGLISH_DIGITS[Number(digit)] ?? '').join(' ');
}

/** @param digits - 1 to MAX_CARDINAL_DIGITS of them. */
export function englishOrdinal(digits: string): string {
  return englishOrdinalOf(BigInt(digits));
}

/** 1984 as nineteen eighty-four, 2007 as two thousand seven, 2024 as twenty twenty-four. @param digits - four. */
export function englishYear(digits: string): string {
  const century = digits.slice(0, 2);
  const rest = digits.slice(2);
  if (digits[0] === '0') return englishNumber(digits);
  if (rest === '00') {
    return Number(century) % 10 === 0 ? englishNumber(digits) : `${englishNumber(century)} hundred`;
  }
  if (digits[1] === '0' && rest[0] === '0') return englishNumber(digits);
  const last = rest[0] === '0' ? `oh ${englishNumber(rest.slice(1))}` : englishNumber(rest);
  return `${englishNumber(century)} ${last}`;
}

/** As it is read: 千二百三十四, 三点一四. @param plain - as for `englishNumber`. */
export function japaneseNumber(plain: string): string {
  const [whole = '0', fraction] = plain.split('.');
  const words = isCardinal(whole) ? japaneseCardinal(BigInt(whole)) : japaneseDigits(whole);
  return fraction === undefined ? words : `${words}点${japaneseFraction(fraction)}`;
}

/** Digit by digit, as telephone numbers are read. */
export function japaneseDigits(digits: string): string {
  return [...digits].map((digit) => JAPANESE_DIGITS[Number(digit)] ?? '').join('');
}

function japaneseFraction(digits: string): string {
  return [...digits].map((digit) => japaneseCardinal(Number(digit))).join('');
}

function isCardinal(whole: string): boolean {
  return whole.length <= MAX_CARDINAL_DIGITS && (whole === '0' || !whole.startsWith('0'));
}
