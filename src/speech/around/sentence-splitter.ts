/** What ends a sentence wherever it stands. */
const STRONG_MARK = /[。！？!?‼⁇⁈⁉｡]/;
/** What ends one only before a blank. */
const DOT = /[.．…‥]/;
const CLOSER = /[」』）)\]】〉》"”’'♪☆]/;
const OPENING: Readonly<Record<string, string>> = { '「': '」', '『': '』', '（': '）' };
const BLANK = /[^\S\n]/;
/** Where a sentence that is too long may be cut. */
const COMMA = /[、，,;；:：]/;
/** Words before whose full stop no sentence ends; in lower case, without it. */
const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof st jr sr vs etc e.g i.e fig no vol pp cf approx dept est inc ltd co corp mt ave jan feb mar apr jun jul aug sep sept oct nov dec'.split(
    ' ',
  ),
);
/** Marks in a row that are looked through for the end of the sentence. */
const MAX_MARKS = 64;
/** Blanks behind a full stop that are looked through for the next word. */
const MAX_LOOK = 8;

export interface SentenceSplitterOptions {
  /** A sentence that is longer is cut, at a comma or blank where there is one. @default 300 */
  readonly maxChars?: number;
}

/**
 * Cuts a text that is still being written into sentences, each as soon as it is certain.
 *
 * The pieces put together are the text, and how the text was cut into chunks changes nothing. A line break ends a sentence at
 * once; `。！？` end one with the marks and closing brackets behind them, but not inside 「」『』（）; a full stop ends one when
 * a blank and no small letter follows and it belongs to no abbreviation, initial or list number. Pieces are never blank,
 * except one of nothing but blanks at the very end.
 */
export class SentenceSplitter {
  readonly #maxChars: number;
  #text = '';

  constructor({ maxChars = 300 }: SentenceSplitterOptions = {}) {
    this.#maxChars = maxChars;
  }

  push(chunk: string): string[] {
    this.#text += chunk;
    return this.#take(false);
  }

  /** The text has ended: the rest. */
  end(): string[] {
    const pieces = this.#take(true);
    if (this.#text !== '') pieces.push(this.#text);
    this.#text = '';
    return pieces;
  }

  #take(isFinal: boolean): string[] {
    const pieces: string[] = [];
    for (;;) {
      const end = sentenceEnd(this.#text, isFinal, this.#maxChars);
      if (end === undefined) return pieces;
      pieces.push(this.#text.slice(0, end));
      this.#text = this.#text.slice(end);
    }
  }
}

/** All sentences of a text that is whole. */
export function splitSentences(text: string, options?: SentenceSplitterOptions): string[] {
  const splitter = new SentenceSplitter(options);
  return [...splitter.push(text), ...splitter.end()];
}

/** Where the first sentence ends, or undefined while that is not certain. */
function sentenceEnd(text: string, isFinal: boolean, maxChars: number): number | undefined {
  const begin = text.search(/\S/);
  if (begin < 0) return undefined;
  const closers: string[] = [];
  for (let at = begin; at < text.length; at++) {
    if (at - begin >= maxChars) return begin + cutAt(text.slice(begin, at));
    const letter = text.charAt(at);
    if (letter === '\n') return at + 1;
    const closer = OPENING[letter];
    if (closer !== undefined) closers.push(closer);
    else if (letter === closers.at(-1)) closers.pop();
    else if (closers.length === 0 && (STRONG_MARK.test(letter) || DOT.test(letter))) {
      const end = endAfterMark(text, at, begin, isFinal);
      if (end === 'wait') return undefined;
      if (end !== undefined) return end;
    }
  }
  return undefined;
}

/** @returns Index behind the sentence; undefined: it goes on; 'wait': what comes decides. */
function endAfterMark(
  text: string,
  at: number,
  begin: number,
  isFinal: boolean,
): number | 'wait' | undefined {
  let end = at + 1;
  let isStrong = STRONG_MARK.test(text.charAt(at));
  while (end < text.length && (isMark(text.charAt(end)) || CLOSER.test(text.charAt(end)))) {
    if (end - at === MAX_MARKS) return end;
    isStrong ||= STRONG_MARK.test(text.charAt(end));
    end++;
  }
  if (end === text.length) return isFinal ? undefined : 'wait';
  const next = text.charAt(end);
  if (next === '\n') return end + 1;
  // `!` and `?` of other scripts stand without a blank only inside words and addresses.
  const isWide = /[。！？｡‼⁇⁈⁉]/.test(text.slice(at, end));
  if (isWide) return end;
  if (!BLANK.test(next)) return undefined;
  if (isStrong) return end;
  return endAfterDot(text, { at, end, begin, isFinal });
}

function endAfterDot(
  text: string,
  { at, end, begin, isFinal }: { at: number; end: number; begin: number; isFinal: boolean },
): number | 'wait' | undefined {
  const [word = ''] = /[\p{L}\p{N}.]*$/u.exec(text.slice(Math.max(begin, at - 24), at)) ?? [];
  const isListNumber = /^\d{1,3}$/.test(word) && text.slice(begin, at).trim() === word;
  const isInitial = /^\p{Lu}$/u.test(word) && word !== 'I';
  if (isListNumber || isInitial || ABBREVIATIONS.has(word.toLowerCase())) return undefined;
  const ahead = text.slice(end, end + MAX_LOOK);
  const next = /\S/u.exec(ahead)?.[0];
  if (next === undefined && ahead.length < MAX_LOOK && !isFinal) return ahead.includes('\n') ? end : 'wait';
  return next !== undefined && /\p{Ll}/u.test(next) ? undefined : end;
}

function isMark(letter: string): boolean {
  return STRONG_MARK.test(letter) || DOT.test(letter);
}

/** Where to cut a sentence that is too long: behind its last comma or blank in the second half, else at its end. */
function cutAt(text: string): number {
  for (const where of [COMMA, /\s/]) {
    for (let at = text.length - 1; at > text.length / 2; at--) if (where.test(text.charAt(at))) return at + 1;
  }
  const last = text.charCodeAt(text.length - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return isHalf && text.length > 1 ? text.length - 1 : text.length;
}
