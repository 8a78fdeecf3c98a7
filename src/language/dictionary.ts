import type { Edit } from './mapped-text.js';
import type { RunLanguage } from './split-languages.js';

/** How something is said. */
export interface DictionaryEntry {
  /** As it is written, after full-width letters became half-width. */
  readonly surface: string;
  /** What an engine is given in its place: kana, a respelling. */
  readonly spoken: string;
  /** lip.txt names, where the entry tells them. */
  readonly phonemes?: readonly string[];
  /** Only where the text is in this language; left out: everywhere. */
  readonly language?: RunLanguage;
  readonly isCaseExact: boolean;
  /** Not inside a longer Latin word or number. */
  readonly isWholeWord: boolean;
}

/** A place in a text that an entry is about. */
export interface DictionaryMatch extends Edit {
  readonly entry: DictionaryEntry;
}

const WORD_CHARACTER = /[\p{Script=Latin}\p{M}\p{N}]/u;

/**
 * Pronunciations by their spelling.
 *
 * Where several fit at one place, the longest has it; of equally long ones an exact case and a named language win, then the later
 * of the file. What was replaced is not looked at again.
 */
export class Dictionary {
  readonly size: number;
  /** By the first character in lower case, best first. */
  readonly #byFirst = new Map<string, DictionaryEntry[]>();

  constructor(entries: readonly DictionaryEntry[]) {
    this.size = entries.length;
    for (const entry of entries) {
      const first = folded(entry.surface.charAt(0));
      const list = this.#byFirst.get(first);
      if (list === undefined) this.#byFirst.set(first, [entry]);
      else list.unshift(entry);
    }
    for (const list of this.#byFirst.values()) list.sort((a, b) => rank(b) - rank(a));
  }

  /** Matches from left to right that do not overlap. @param languageAt - of a place in the text. */
  find(text: string, languageAt: (position: number) => RunLanguage): readonly DictionaryMatch[] {
    const matches: DictionaryMatch[] = [];
    let at = 0;
    while (at < text.length) {
      const entry = this.#entryAt(text, at, languageAt);
      if (entry === undefined) {
        at++;
        continue;
      }
      const to = at + entry.surface.length;
      matches.push({ from: at, to, text: entry.spoken, mark: matches.length + 1, entry });
      at = to;
    }
    return matches;
  }

  #entryAt(
    text: string,
    at: number,
    languageAt: (position: number) => RunLanguage,
  ): DictionaryEntry | undefined {
    return this.#byFirst
      .get(folded(text.charAt(at)))
      ?.find(
        (entry) =>
          isSpelled(text, at, entry) &&
          (entry.language === undefined || entry.language === languageAt(at)) &&
          (!entry.isWholeWord || isWhole(text, at, at + entry.surface.length)),
      );
  }
}

function rank({ surface, isCaseExact, language }: DictionaryEntry): number {
  return surface.length * 4 + (isCaseExact ? 2 : 0) + (language === undefined ? 0 : 1);
}

function isSpelled(text: string, at: number, { surface, isCaseExact }: DictionaryEntry): boolean {
  const found = text.slice(at, at + surface.length);
  return found === surface || (!isCaseExact && folded(found) === folded(surface));
}

/** Only where letters stand; kana and kanji have no word borders. */
function isWhole(text: string, from: number, to: number): boolean {
  const isOpenBefore = !(isWordAt(text, from) && isWordAt(text, from - 1));
  return isOpenBefore && !(isWordAt(text, to - 1) && isWordAt(text, to));
}

function isWordAt(text: string, at: number): boolean {
  return WORD_CHARACTER.test(text.charAt(at));
}

/** Lower case, character by character, so that lengths stay. */
function folded(text: string): string {
  return Array.from({ length: text.length }, (_, index) => {
    const lower = text.charAt(index).toLowerCase();
    return lower.length === 1 ? lower : text.charAt(index);
  }).join('');
}
