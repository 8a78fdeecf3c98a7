import { type ClauseSize, clauseShare, endOfClause, isClauseMark } from './clause-end.js';
import { endAfterMark, isCjk, isSentenceMark, looksEnded } from './sentence-end.js';

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

const OPENING: Readonly<Record<string, string>> = { '「': '」', '『': '』', '（': '）', '“': '”' };
/** Quotes behind whose closing a sentence may go on only with a small letter. */
const WESTERN_CLOSER = /["”]/;
/** Behind so much (wide letters count as two) a quote that is still open is none that holds sentences together. */
const LONG_QUOTE = 80;
/** Where a sentence that is too long may be cut. */
const COMMA = /[、，,;；:：]/;
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
  readonly #rules: Rules;
  #text = '';
  #isFirst = true;
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
    for (;;) {
      const end = firstEnd(this.#text, { isFinal, isFirst: this.#isFirst, open: this.#open }, this.#rules);
      if (end === undefined) return given;
      given.push(this.#give(end.at, end.endsSentence));
    }
  }

  #give(end: number, endsSentence: boolean): Segment {
    const text = this.#text.slice(0, end);
    this.#open = openQuotes(this.#text, end, this.#open);
    this.#text = this.#text.slice(end);
    this.#isFirst = false;
    return { text, endsSentence };
  }
}

interface Rules {
  readonly maxChars: number;
  readonly isReply: boolean;
  readonly firstClause: ClauseSize;
  readonly longChars: number;
}

interface End {
  readonly at: number;
  readonly endsSentence: boolean;
}

interface Stage {
  readonly isFinal: boolean;
  readonly isFirst: boolean;
  readonly open: readonly string[];
}

/** Where the first piece ends, or undefined while that is not certain. */
function firstEnd(text: string, stage: Stage, rules: Rules): End | undefined {
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
  readonly #stage: Stage;
  readonly #rules: Rules;
  readonly #quotes: Quotes;
  #size = 0;
  #hasWord = false;

  constructor(text: string, begin: number, stage: Stage, rules: Rules) {
    this.#text = text;
    this.#begin = begin;
    this.#stage = stage;
    this.#rules = rules;
    this.#quotes = new Quotes(stage.open);
  }

  step(at: number): End | 'wait' | undefined {
    const letter = this.#text.charAt(at);
    if (this.#size >= this.#rules.maxChars)
      return { at: this.#begin + cutAt(this.#text.slice(this.#begin, at)), endsSentence: false };
    this.#size += this.#rules.isReply && isWide(letter) ? 2 : 1;
    this.#hasWord ||= isWordPart(letter);
    if (letter === '\n') return this.#mayEnd() ? { at: at + 1, endsSentence: true } : undefined;
    if (this.#quotes.step(this.#text, at))
      return WESTERN_CLOSER.test(letter) ? this.#behindQuote(at) : undefined;
    if (!this.#mayEnd()) return undefined;
    const isOpen = this.#quotes.isOpen || this.#size >= LONG_QUOTE;
    if (!isOpen && !this.#isInLeadingQuote(at)) return undefined;
    if (isSentenceMark(letter)) {
      const end = this.#sentence(at);
      if (end !== undefined) return end;
    }
    return this.#rules.isReply ? this.#clause(at) : undefined;
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
  #behindQuote(at: number): End | 'wait' | undefined {
    const isEnd = this.#quotes.isOpen && at > this.#begin && isSentenceMark(this.#text.charAt(at - 1));
    if (!isEnd || !this.#mayEnd()) return undefined;
    const next = this.#text.charAt(at + 1);
    if (next === '') return this.#stage.isFinal ? undefined : 'wait';
    return /\s/.test(next) ? this.#sentence(at - 1) : undefined;
  }

  #sentence(at: number): End | 'wait' | undefined {
    if (this.#rules.isReply && this.#quotes.depth === 0 && /[。｡]/.test(this.#text.charAt(at)))
      return { at: at + 1, endsSentence: true };
    const end = endAfterMark(this.#text, { begin: this.#begin, at, isFinal: this.#stage.isFinal });
    return typeof end === 'number' ? { at: end, endsSentence: true } : end;
  }

  #clause(at: number): End | 'wait' | undefined {
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

/** Which quotes and brackets are open. */
class Quotes {
  readonly #closers: string[];
  /** So many of them were left open by earlier pieces: sentences may end inside. */
  #carried: number;

  constructor(open: readonly string[]) {
    this.#closers = [...open];
    this.#carried = open.length;
  }

  get depth(): number {
    return this.#closers.length;
  }

  get closers(): readonly string[] {
    return this.#closers;
  }

  /** Whether sentences may end here. */
  get isOpen(): boolean {
    return this.depth <= this.#carried;
  }

  /** @returns Whether the letter opens or closes a quote. */
  step(text: string, at: number): boolean {
    const letter = text.charAt(at);
    if (letter === this.#closers.at(-1)) {
      this.#closers.pop();
      this.#carried = Math.min(this.#carried, this.depth);
      return true;
    }
    const closer = letter === '"' && opensQuote(text, at) ? '"' : OPENING[letter];
    if (closer !== undefined) this.#closers.push(closer);
    return closer !== undefined;
  }
}

/** What is open at `end`; a line break closes all, so that a forgotten bracket is forgotten. */
function openQuotes(text: string, end: number, open: readonly string[]): readonly string[] {
  let quotes = new Quotes(open);
  for (let at = 0; at < end; at++) {
    if (text.charAt(at) === '\n') quotes = new Quotes([]);
    else quotes.step(text, at);
  }
  return quotes.closers;
}

/** A straight quote opens one before a word and not behind a digit or letter: `5"`, `word"`. */
function opensQuote(text: string, at: number): boolean {
  const next = text.charAt(at + 1);
  return /[^\s"”」』）)\]、。，！？!?.,:;]/.test(next) && !/[A-Za-z0-9]/.test(text.charAt(at - 1));
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

/** Half of a letter beyond the first plane counts as one: almost all of those are Chinese characters or emoji. */
function isWordPart(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter);
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
