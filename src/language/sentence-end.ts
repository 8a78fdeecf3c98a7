/** What ends a sentence wherever it stands. */
const STRONG_MARK = /[。！？!?‼⁇⁈⁉｡]/;
const WIDE_MARK = /[。！？｡‼⁇⁈⁉]/;
/** What ends one only before a blank. */
const DOT = /[.．…‥]/;
const CLOSER = /[」』）)\]】〉》"”’'♪☆]/;
const BLANK = /[^\S\n]/;
const LINE_END = /^[^\S\n]*\n/;
const CJK = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー々〆]/u;
/** Words before whose full stop no sentence ends; in lower case, without it. */
const ABBREVIATIONS = words(
  'mr mrs ms mx dr prof st vs mt gen col lt capt sgt rev hon gov sen rep pres messrs e.g i.e cf approx viz al ca ph.d',
);
/** Words that are such only before a number: `No. 5`, but `Oh no. Why?`. */
const NUMBERED = words(
  'no nos fig figs vol pp p ch sec eq art ver jan feb mar apr jun jul aug sep sept oct nov dec',
);
/** Marks in a row that are looked through for the end of the sentence. */
const MAX_MARKS = 64;
/** Blanks behind a full stop that are looked through for the next word. */
const MAX_LOOK = 8;

/** A place in a text that is still being written. */
export interface MarkPlace {
  /** Where the sentence begins, behind blanks. */
  readonly begin: number;
  /** Of the first mark of a row. */
  readonly at: number;
  /** Whether nothing more will come. */
  readonly isFinal: boolean;
}

export function isSentenceMark(letter: string): boolean {
  return STRONG_MARK.test(letter) || DOT.test(letter);
}

export function isCjk(letter: string): boolean {
  return CJK.test(letter);
}

export function isCloser(letter: string): boolean {
  return CLOSER.test(letter);
}

/**
 * Whether a sentence ends with the marks at a place, and the closing brackets behind them.
 *
 * @returns Index behind the sentence; undefined: it goes on (also when a final text ends here); 'wait': what comes decides.
 */
export function endAfterMark(text: string, place: MarkPlace): number | 'wait' | undefined {
  const { at, isFinal } = place;
  let end = at + 1;
  let isStrong = STRONG_MARK.test(text.charAt(at));
  let hasCloser = false;
  while (end < text.length && (isSentenceMark(text.charAt(end)) || isCloser(text.charAt(end)))) {
    if (end - at === MAX_MARKS) return end;
    isStrong ||= STRONG_MARK.test(text.charAt(end));
    hasCloser ||= /["”’]/.test(text.charAt(end));
    end++;
  }
  if (end === text.length) return isFinal ? undefined : 'wait';
  const next = text.charAt(end);
  if (next === '\n') return end + 1;
  if (WIDE_MARK.test(text.slice(at, end)) || endsInJapanese(text, at, next, isStrong)) return end;
  // Of other scripts these stand without a blank only inside words and addresses.
  if (!BLANK.test(next)) return undefined;
  if (isStrong && !hasCloser) return end;
  return endBeforeWord(text, { ...place, end, isStrong });
}

/** `本当?` and `です．` need no blank behind them. */
function endsInJapanese(text: string, at: number, next: string, isStrong: boolean): boolean {
  if (!isCjk(text.charAt(at - 1)) || /[A-Za-z0-9０-９]/.test(next)) return false;
  return isStrong || /[．.]/.test(text.charAt(at));
}

/** A full stop, or a mark inside quotes, ends a sentence when no small letter follows. */
function endBeforeWord(
  text: string,
  { begin, at, end, isFinal, isStrong }: MarkPlace & { readonly end: number; readonly isStrong: boolean },
): number | 'wait' | undefined {
  const ahead = text.slice(end, end + MAX_LOOK);
  // The line break ends it, whatever follows that.
  if (LINE_END.test(ahead)) return undefined;
  const next = /\S/u.exec(ahead)?.[0];
  if (next === undefined && ahead.length < MAX_LOOK && !isFinal) return 'wait';
  const isOne = text.charAt(at) === '.' && !isSentenceMark(text.charAt(at + 1));
  if (isOne && !isStrong && isAbbreviated(text.slice(begin, at), next)) return undefined;
  return next !== undefined && /\p{Ll}/u.test(next) ? undefined : end;
}

/**
 * Whether a full stop behind this belongs to an abbreviation, an initial or a list number.
 *
 * @param before - the sentence up to the full stop.
 * @param next - what follows behind blanks, if known.
 */
export function isAbbreviated(before: string, next: string | undefined): boolean {
  const [word = ''] = /[\p{L}\p{N}.]*$/u.exec(before.slice(-24)) ?? [];
  const rest = before.slice(0, before.length - word.length);
  if (/^\d{1,3}$/.test(word) && /(?:^|:)\s+$|^$/.test(rest)) return true;
  if (/^(?:\p{Lu}\.)*\p{Lu}$/u.test(word) && word !== 'I') return true;
  const plain = word.toLowerCase();
  if (ABBREVIATIONS.has(plain)) return true;
  // "Oh no." is no number.
  return word !== 'no' && NUMBERED.has(plain) && next !== undefined && /[\p{N}IVX]/u.test(next);
}

/**
 * Whether a text that stopped here ends with a whole sentence, as far as can be told.
 *
 * @param next - the letter that follows behind blanks, if known.
 */
export function looksEnded(text: string, next?: string): boolean {
  const marks = /([。！？!?‼⁇⁈⁉｡.．…‥]+)[」』）)\]】〉》"”’'♪☆]*\s*$/u.exec(text);
  if (marks === null) return false;
  if (marks[1] !== '.') return true;
  const before = text.slice(0, marks.index);
  return !/\p{N}$/u.test(before) && !isAbbreviated(before.trimStart(), next);
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
