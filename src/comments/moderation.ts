import { inOneLine } from '../runtime/index.js';
import { type Comment, type CommentKind, withText } from './comment.js';
import { folded } from './folded.js';
import { countLetters } from './plain-line.js';

export interface ModerationSettings {
  /** Which kinds become turns. */
  readonly kinds: readonly CommentKind[];
  /** Drop a comment whose text or author's name has one: whatever its case and width, in scripts with spaces as whole words. */
  readonly blockedWords: readonly string[];
  /** Ids or names of authors who are never asked: other bots of the channel. */
  readonly blockedAuthors: readonly string[];
  /** What becomes of addresses: nobody wants to hear them read. */
  readonly links: 'keep' | 'remove' | 'drop';
  /** Of comments without money; what is shorter says nothing. */
  readonly minLetters: number;
  /** Longer ones are dropped. The rest is cut to `maxLetters` of the section in any case. */
  readonly maxLetters: number | undefined;
  /** Comments without money must begin so, such as `!ask `; it is left out of what is asked. */
  readonly mustStartWith: string;
}

export type RuleDrop = 'kind' | 'author' | 'word' | 'link' | 'short' | 'long' | 'start' | 'empty';

export type Ruling = { readonly comment: Comment } | { readonly reason: RuleDrop };

/** With a scheme, with `www.`, or a host under one of the usual endings with or without a path. */
const LINKS =
  /(?:[a-z][a-z0-9+.-]{1,15}:\/\/|www\.)[^\s<>"']+|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|jp|gg|tv|io|me|ly|be|ru|cn|xyz|info|link|live|shop|site|top|app|dev)(?![\w-])(?:\/[^\s<>"']*)?/giu;
/** Letters whose words stand between spaces; there "ass" is not found in "class". */
const SPACED = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]$/u;

/** The rules of the settings, made ready. Pure, and as fast for a hostile text as for any: no pattern of the user's own. */
export class CommentRules {
  readonly #settings: ModerationSettings;
  readonly #words: readonly string[];
  readonly #authors: ReadonlySet<string>;
  readonly #start: string;

  constructor(settings: ModerationSettings) {
    this.#settings = settings;
    this.#words = settings.blockedWords.map(compared).filter((word) => word !== '');
    this.#authors = new Set(settings.blockedAuthors.map((name) => folded(name.trim())));
    this.#start = folded(settings.mustStartWith);
  }

  apply(comment: Comment): Ruling {
    const { kinds, links } = this.#settings;
    const { author } = comment;
    if (!kinds.includes(comment.kind)) return { reason: 'kind' };
    if ([author.id, author.name].some((name) => name !== '' && this.#authors.has(folded(name))))
      return { reason: 'author' };
    if (this.#hasWord(comment.text) || this.#hasWord(author.name)) return { reason: 'word' };
    const begun = this.#withoutStart(comment);
    if (begun === undefined) return { reason: 'start' };
    const isLinked = begun.search(LINKS) >= 0;
    if (isLinked && links === 'drop') return { reason: 'link' };
    const text = isLinked && links === 'remove' ? begun.replace(LINKS, ' ') : begun;
    const kept = text === comment.text ? comment : withText(comment, text, Number.POSITIVE_INFINITY);
    return kept === undefined ? { reason: 'empty' } : this.#measured(kept);
  }

  #hasWord(text: string): boolean {
    const line = compared(text);
    return this.#words.some((word) => hasWord(line, word));
  }

  /** Money and memberships need no password. */
  #withoutStart({ text, kind }: Comment): string | undefined {
    if (this.#start === '' || kind !== 'comment') return text;
    // Folding can change lengths: the shortest beginning that folds to what is asked for is left out.
    for (let end = 1; end <= text.length; end++) {
      const beginning = folded(text.slice(0, end));
      if (beginning === this.#start) return text.slice(end);
      if (beginning.length > this.#start.length * 2 + 4) return undefined;
    }
    return undefined;
  }

  #measured(comment: Comment): Ruling {
    const { minLetters, maxLetters } = this.#settings;
    const letters = countLetters(comment.text);
    if (comment.kind === 'comment' && letters < minLetters) return { reason: 'short' };
    if (maxLetters !== undefined && letters > maxLetters) return { reason: 'long' };
    return { comment };
  }
}

function compared(text: string): string {
  return inOneLine(folded(text));
}

/** A search for each word rather than one pattern of all: thousands of words cost a long text milliseconds, not seconds. */
function hasWord(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (!isOneWord(line, at) && !isOneWord(line, end)) return true;
  }
  return false;
}

/** Whether the letters on both sides of a place belong to one word. */
function isOneWord(line: string, at: number): boolean {
  return (
    SPACED.test(letterBefore(line, at)) && SPACED.test(String.fromCodePoint(line.codePointAt(at) ?? 0x20))
  );
}

function letterBefore(line: string, at: number): string {
  return [...line.slice(Math.max(0, at - 2), at)].at(-1) ?? '';
}
