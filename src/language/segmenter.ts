import { type ClauseSize, clauseShare, endOfClause, isClauseMark } from './clause-end.js';
import { openQuotesAfter } from './open-quotes.js';
import { type CutRules, firstEnd } from './segment-scan.js';
import { looksEnded } from './sentence-end.js';

export interface SegmenterOptions {
  /** A sentence that is longer is cut, at a comma or blank where there is one. With `reply` a wide letter counts as two. @default 300 */
  readonly maxChars?: number;
  /**
   * Cuts a reply that is to be heard soon: the first piece may be a clause, `。` and `、` end a piece without waiting for what
   * follows, a long sentence ends at its next comma. @default undefined: nothing but whole sentences
   */
  readonly reply?: ReplyCutting | undefined;
}

export interface ReplyCutting {
  /** From how much on the first piece may end with a comma. @default 5 characters with the mark, or 2 words */
  readonly firstClause?: ClauseSize;
  /** From here on a sentence ends at its next comma; wide letters count as two. @default 120 */
  readonly longChars?: number;
}

/** A stretch of the text; all put together are the text. */
export interface Segment {
  readonly text: string;
  /** Whether a sentence ends here, and not only a clause or what was too long. */
  readonly endsSentence: boolean;
}

const FIRST_CLAUSE: ClauseSize = { minCharacters: 5, minWords: 2 };
const LONG_CHARS = 120;

/**
 * Cuts a text that is still being written into sentences, each as soon as it is certain.
 *
 * The pieces put together are the text, and how the text was cut into chunks changes nothing (but for `stalled`). A line break
 * ends a sentence at once; `。！？` end one with the marks and closing brackets behind them, but not inside quotes and brackets
 * shorter than 40 wide letters; a full stop ends one when a blank and no small letter follows and it belongs to no
 * abbreviation, initial or list number. Pieces are never blank, except one of nothing but blanks at the very end.
 *
 * In a reply `。` ends a sentence with itself, so that it need not wait for the next token; a bracket or emoji behind it begins
 * the next piece. `！` and `？` wait for one letter, since they seldom come alone. No piece of a reply is without a word, except
 * at the end.
 */
export class Segmenter {
  readonly #rules: CutRules;
  #text = '';
  #isFirst = true;
  /** Whether nothing but blanks is pending. */
  #isBlank = true;
  /** Quotes that pieces given before left open, by what closes them. */
  #open: readonly string[] = [];

  constructor({ maxChars = 300, reply }: SegmenterOptions = {}) {
    this.#rules = {
      maxChars,
      isReply: reply !== undefined,
      firstClause: reply?.firstClause ?? FIRST_CLAUSE,
      longChars: reply?.longChars ?? LONG_CHARS,
    };
  }

  /** What was pushed and is not given yet. */
  get pending(): string {
    return this.#text;
  }

  push(chunk: string): Segment[] {
    this.#isBlank &&= chunk.trim() === '';
    this.#text += chunk;
    return this.#take(false);
  }

  /** Nothing came for a while: what can be spoken of it, if a sentence or clause is there. */
  stalled(): Segment[] {
    const given = this.#take(true);
    if (!hasWord(this.#text)) return given;
    if (looksEnded(this.#text)) return [...given, this.#give(this.#text.length, true)];
    const end = lastClause(this.#text);
    if (end === undefined || clauseShare(this.#text.slice(0, end), this.#rules.firstClause) < 1) return given;
    return [...given, this.#give(end, false)];
  }

  /** A piece should end here, because something else begins: it does, unless too little is there for a piece. */
  cut(): Segment[] {
    if (this.#isBlank) return [];
    const given = this.#take(true);
    const text = this.#text.trimEnd();
    if (!hasWord(text)) return given;
    const last = [...text.slice(-2)].at(-1) ?? '';
    const isMarked = looksEnded(text) || isClauseMark(last) || this.#text.includes('\n', text.length);
    if (!isMarked && clauseShare(text, this.#rules.firstClause) < 1) return given;
    return [...given, this.#give(this.#text.length, looksEnded(text))];
  }

  /** The text has ended: the rest. */
  end(): Segment[] {
    const given = this.#take(true);
    if (this.#text !== '') given.push(this.#give(this.#text.length, true));
    return given;
  }

  #take(isFinal: boolean): Segment[] {
    const given: Segment[] = [];
    // A model may write blanks without end; they are not looked through for each that follows.
    if (this.#isBlank) return given;
    for (;;) {
      const end = firstEnd(this.#text, { isFinal, isFirst: this.#isFirst, open: this.#open }, this.#rules);
      if (end === undefined) return given;
      given.push(this.#give(end.at, end.endsSentence));
    }
  }

  #give(end: number, endsSentence: boolean): Segment {
    const text = this.#text.slice(0, end);
    this.#open = openQuotesAfter(this.#text, end, this.#open);
    this.#text = this.#text.slice(end);
    this.#isFirst = false;
    this.#isBlank = this.#text.trim() === '';
    return { text, endsSentence };
  }
}

function lastClause(text: string): number | undefined {
  for (let at = text.length - 1; at >= 0; at--) {
    const end = endOfClause(text, at);
    if (typeof end === 'number') return end;
    if (end === 'wait' && !/[\p{N}][,:;，：；]$/u.test(text)) return text.length;
  }
  return undefined;
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
