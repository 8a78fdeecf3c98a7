import { matchesOf } from '../runtime/index.js';
import { isCjk, isCloser, isSentenceMark } from './sentence-end.js';

/** At how much text the first piece may end with a clause. */
export interface ClauseSize {
  /** Of Japanese, the mark included. */
  readonly minCharacters: number;
  /** Of scripts with blanks. */
  readonly minWords: number;
}

/** End clauses wherever they stand. */
const WIDE_COMMA = /[、､]/;
/** Do so unless a digit follows: `１，０００`, `１０：３０`. */
const WIDE_SIGN = /[，：；]/;
/** Do so before a blank. */
const NARROW_COMMA = /[,;:]/;
const PAUSE = /[—…‥♪☆〜～]/;
const PICTURE = /\p{Extended_Pictographic}/u;
/** What an emoji may go on with. */
const PICTURE_PART =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{RI}|\u200d|\u20e3|[\ufe00-\ufe0f]|\p{Surrogate}/u;
/** Of scripts with blanks, or a run of another up to a mark. */
const WORD = /[\p{L}\p{N}'’.-]+|[、。，！？]/gu;
const MAX_PARTS = 64;

/** Whether a piece that ends with this letter (or emoji) may be a clause. */
export function isClauseMark(letter: string): boolean {
  return (
    WIDE_COMMA.test(letter) ||
    WIDE_SIGN.test(letter) ||
    NARROW_COMMA.test(letter) ||
    PAUSE.test(letter) ||
    PICTURE.test(letter)
  );
}

/**
 * Whether a clause ends with the mark at a place.
 *
 * @returns Index behind the clause; undefined: it does not; 'wait': what comes decides.
 */
export function endOfClause(text: string, at: number): number | 'wait' | undefined {
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (WIDE_COMMA.test(letter)) return at + 1;
  const isPicture = PICTURE.test(letter);
  if (!isClauseMark(letter)) return undefined;
  let end = at + letter.length;
  if (isPicture || PAUSE.test(letter)) end = endOfParts(text, end);
  const next = text.charAt(end);
  if (next === '') return 'wait';
  if (NARROW_COMMA.test(letter)) return /[^\S\n]/.test(next) ? end : undefined;
  if (WIDE_SIGN.test(letter)) return /[\p{N}]/u.test(next) ? undefined : end;
  // A mark, a comma or a bracket goes with what stands before it, and decides itself.
  if (isSentenceMark(next) || isCloser(next) || isClauseMark(next)) return undefined;
  // In `A—B` and `10〜20` nothing ends; behind Japanese or before a blank it does.
  return isPicture || /\s/.test(next) || isCjk(text.charAt(at - 1))
    ? notInsideNumber(letter, next, end)
    : undefined;
}

function notInsideNumber(letter: string, next: string, end: number): number | undefined {
  return /[〜～]/.test(letter) && !/[\s♪]/.test(next) ? undefined : end;
}

function endOfParts(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < MAX_PARTS) {
    const letter = String.fromCodePoint(text.codePointAt(end) ?? 0);
    if (!PICTURE_PART.test(letter) && !PAUSE.test(letter)) break;
    end += letter.length;
  }
  return end;
}

/** How much a text is of the smallest clause: from 1 on it is one. */
export function clauseShare(text: string, { minCharacters, minWords }: ClauseSize): number {
  let characters = 0;
  let words = 0;
  for (const [part] of matchesOf(text, WORD)) {
    const letters = [...part].filter((letter) => /[\p{L}\p{N}、。，！？]/u.test(letter));
    const wide = letters.filter((letter) => isCjk(letter) || /[、。，！？]/.test(letter)).length;
    if (wide > 0) characters += wide + (letters.length - wide) / 2;
    else if (letters.length > 0) words++;
  }
  return characters / minCharacters + words / minWords;
}
