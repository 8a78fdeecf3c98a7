import { type ClauseSize, clauseShare, endOfClause, isClauseMark } from './clause-end.js';
import { OpenQuotes } from './open-quotes.js';
import { endAfterMark, isCjk, isSentenceMark } from './sentence-end.js';

export interface CutRules {
  readonly maxChars: number;
  readonly isReply: boolean;
  readonly firstClause: ClauseSize;
  readonly longChars: number;
}

export interface PieceEnd {
  readonly at: number;
  readonly endsSentence: boolean;
}

export interface CutStage {
  readonly isFinal: boolean;
  readonly isFirst: boolean;
  readonly open: readonly string[];
}

/** Quotes behind whose closing a sentence may go on only with a small letter. */
const WESTERN_CLOSER = /["”]/;
/** Behind so much (wide letters count as two) a quote that is still open is none that holds sentences together. */
const LONG_QUOTE = 80;
/** Where a sentence that is too long may be cut. */
const COMMA = /[、，,;；:：]/;

/** Where the first piece of a text ends, or undefined while that is not certain. Reads it anew each time: no piece is long. */
export function firstEnd(text: string, stage: CutStage, rules: CutRules): PieceEnd | undefined {
  const begin = text.search(/\S/);
  if (begin < 0) return undefined;
  const scan = new Scan(text, begin, stage, rules);
  for (let at = begin; at < text.length; at++) {
    const end = scan.step(at);
    if (end === 'wait') return undefined;
    if (end !== undefined) return end;
  }
  return undefined;
}

/** One walk over the text of a piece. */
class Scan {
  readonly #text: string;
  readonly #begin: number;
  readonly #stage: CutStage;
  readonly #rules: CutRules;
  readonly #quotes: OpenQuotes;
  #size = 0;
  #hasWord = false;

  constructor(text: string, begin: number, stage: CutStage, rules: CutRules) {
    this.#text = text;
    this.#begin = begin;
    this.#stage = stage;
    this.#rules = rules;
    this.#quotes = new OpenQuotes(stage.open);
  }

  step(at: number): PieceEnd | 'wait' | undefined {
    const letter = this.#text.charAt(at);
    if (this.#size >= this.#rules.maxChars)
      return { at: this.#begin + cutAt(this.#text.slice(this.#begin, at)), endsSentence: false };
    this.#size += this.#rules.isReply && isWide(letter) ? 2 : 1;
    this.#hasWord ||= /[\p{L}\p{N}]/u.test(letterAt(this.#text, at));
    if (letter === '\n') return this.#mayEnd() ? { at: at + 1, endsSentence: true } : undefined;
    if (this.#quotes.step(this.#text, at))
      return WESTERN_CLOSER.test(letter) ? this.#behindQuote(at) : undefined;
    return this.#mayEnd() ? this.#mark(at) : undefined;
  }

  #mark(at: number): PieceEnd | 'wait' | undefined {
    const isSentence = isSentenceMark(this.#text.charAt(at));
    const isClause = this.#rules.isReply && isClauseMark(letterAt(this.#text, at));
    if (!isSentence && !isClause) return undefined;
    const isOpen = this.#quotes.isOpen || this.#size >= LONG_QUOTE;
    if (!isOpen && !this.#isInLeadingQuote(at)) return undefined;
    const end = isSentence ? this.#sentence(at) : undefined;
    return end === undefined && isClause ? this.#clause(at) : end;
  }

  /** In a reply a piece without a word joins the next. */
  #mayEnd(): boolean {
    return this.#hasWord || !this.#rules.isReply;
  }

  /** A reply may be one long quote: its first piece ends inside. */
  #isInLeadingQuote(at: number): boolean {
    if (!this.#rules.isReply || !this.#stage.isFirst || this.#quotes.depth > 1) return false;
    if (!/[「『“"]/.test(this.#text.charAt(this.#begin))) return false;
    return clauseShare(this.#text.slice(this.#begin, at + 1), this.#rules.firstClause) >= 1;
  }

  /** `"Go." Then he left.`: the mark inside ends the sentence around it. */
  #behindQuote(at: number): PieceEnd | 'wait' | undefined {
    const isEnd = this.#quotes.isOpen && at > this.#begin && isSentenceMark(this.#text.charAt(at - 1));
    if (!isEnd || !this.#mayEnd()) return undefined;
    const next = this.#text.charAt(at + 1);
    if (next === '') return this.#stage.isFinal ? undefined : 'wait';
    return /\s/.test(next) ? this.#sentence(at - 1) : undefined;
  }

  #sentence(at: number): PieceEnd | 'wait' | undefined {
    if (this.#rules.isReply && this.#quotes.depth === 0 && /[。｡]/.test(this.#text.charAt(at)))
      return { at: at + 1, endsSentence: true };
    const end = endAfterMark(this.#text, { begin: this.#begin, at, isFinal: this.#stage.isFinal });
    return typeof end === 'number' ? { at: end, endsSentence: true } : end;
  }

  #clause(at: number): PieceEnd | 'wait' | undefined {
    const isSong = this.#text.charAt(at) === '♪';
    const isLong = isSong || this.#size >= this.#rules.longChars;
    if (!isLong && !this.#stage.isFirst) return undefined;
    const end = endOfClause(this.#text, at);
    if (end === undefined) return undefined;
    const said = this.#text.slice(this.#begin, end === 'wait' ? this.#text.length : end);
    // Between brackets a sign is more likely a face's eye than a comma.
    if (/[(（[][^)）\]]{0,20}$/.test(said)) return undefined;
    if (!isLong && clauseShare(said, this.#rules.firstClause) < 1) return undefined;
    if (end !== 'wait') return { at: end, endsSentence: isSong };
    return this.#stage.isFinal ? undefined : 'wait';
  }
}

function letterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function isWide(letter: string): boolean {
  return isCjk(letter) || /[\u3000-\u303f\uff01-\uff60]/.test(letter);
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
