import { englishEnd } from './end-english.js';
import { japaneseEnd } from './end-japanese.js';
import { OPEN } from './end-rule.js';
import type { EndJudgement } from './judgement.js';

export interface JudgeEndOptions {
  /** `ja`, `en`, `en-US`, …; other languages are judged by their punctuation only. @default the script of the last letter decides */
  readonly language?: string;
}

/** What closes quotations, and blanks. */
const CLOSERS = /[\s"'”’」』】)\]]/u;
const MARKS = /[\s"'”’」』】)\].。!?、,:;~〜・—–-]/u;
const GOES_ON = /[,、:;—–-]$/u;
const TRAILS_OFF = /(?:\.{2,}|。{2,}|・{2,}|[~〜])$/u;
const MAX_TAIL = 240;
const QUOTES: readonly (readonly [string, string])[] = [
  ['「', '」'],
  ['『', '』'],
  ['“', '”'],
  ['(', ')'],
];
const JAPANESE_LETTER = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー々〆]/u;

/**
 * Whether the words so far are a whole turn.
 *
 * Goes by endings, in tables that were written against fixtures/turns; a morphological analyzer was left out: it would tell the
 * particle で from the form of a verb, which the letter before it does as well, for 160 MB of memory. `unfinished` costs the user a
 * pause, so what people end a turn with as often as not (～んですけど, ～ですから, "I think") is `open`. Takes microseconds.
 *
 * @param text - a transcript, final or so far; with or without punctuation. Recognizers put a full stop behind everything, so it counts
 * less than the words before it; a question mark, a comma and dots count more.
 */
export function judgeEnd(text: string, { language }: JudgeEndOptions = {}): EndJudgement {
  const shown = text.normalize('NFKC').trim();
  const marked = withoutEnd(shown, CLOSERS);
  const words = withoutEnd(shown, MARKS);
  if (!/\p{L}|\p{N}/u.test(words)) return { state: 'open', why: 'no words' };
  if (marked.endsWith('?')) return { state: 'finished', why: 'question mark' };
  if (isInQuotes(shown)) return { state: 'unfinished', why: 'open quotation' };
  if (GOES_ON.test(marked.slice(-1))) return { state: 'unfinished', why: 'comma' };
  const said = byWords(tailOf(words), language);
  if (TRAILS_OFF.test(marked.slice(-2))) {
    return said.state === 'finished' ? OPEN : { state: 'unfinished', why: 'trails off' };
  }
  const isStopped = /[.。!]$/u.test(marked.slice(-1));
  return isStopped && said.state === 'open' ? { state: 'finished', why: 'full stop' } : said;
}

/** Without the letters of a kind at the end: from there, since an expression would try every row of them. */
function withoutEnd(text: string, letter: RegExp): string {
  let end = text.length;
  while (end > 0 && letter.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function byWords(words: string, language: string | undefined): EndJudgement {
  if (JAPANESE_LETTER.test(words.at(-1) ?? '')) return japaneseEnd(words);
  const isEnglish =
    /\p{Script=Latin}['’]?$/u.test(words.slice(-2)) &&
    (language === undefined || /^(?:en|ja)\b/i.test(language));
  return isEnglish ? englishEnd(words) : OPEN;
}

/** The end decides: no more of a long text is looked at, from a blank on. */
function tailOf(words: string): string {
  return words.length <= MAX_TAIL ? words : words.slice(-MAX_TAIL).replace(/^\S{0,40}\s/u, '');
}

function isInQuotes(text: string): boolean {
  const isOpen = QUOTES.some(([open, close]) => text.split(open).length > text.split(close).length);
  return isOpen || text.split('"').length % 2 === 0;
}
