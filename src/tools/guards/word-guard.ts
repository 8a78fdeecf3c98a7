import { type Context, createContext, Script } from 'node:vm';
import { ConfigError, errorText } from '../../runtime/index.js';
import type { Guard, GuardedPart, GuardVerdict } from './guard.js';

/** A guard that the settings describe. */
export interface WordGuardSettings {
  readonly name: string | undefined;
  readonly on: 'request' | 'response' | 'both';
  /** Any of these, whatever their case and width; in scripts with spaces as whole words. */
  readonly words: readonly string[];
  /** JavaScript regular expression, case-insensitive and by characters (flags `giu`); undefined: words only. */
  readonly pattern: string | undefined;
  readonly action: 'replace' | 'block';
  /** In place of what was found; of a block: what is said instead. */
  readonly text: string | undefined;
  /** What a pattern that takes too long means. @default 'block' */
  readonly onFault: 'pass' | 'block';
}

/**
 * A regular expression may take for ever on a short text ("catastrophic backtracking"), and JavaScript has none that cannot. So it runs
 * where it can be interrupted, for so long; one run more, since the machine may have been busy; and after three faults not any more.
 */
const MATCH_MS = 50;
const MAX_FAULTS = 3;
/** Texts are looked at in windows of so many characters, which overlap. */
const WINDOW_CHARS = 2000;
const OVERLAP_CHARS = 200;
/** A pattern that matches everywhere is not asked for ever. */
const MAX_FOUND = 1000;

interface Found {
  readonly from: number;
  readonly to: number;
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the pattern is no regular expression, or there is nothing to look for. */
export function wordGuards(settings: readonly WordGuardSettings[]): readonly Guard[] {
  return settings.flatMap((guard, index) => {
    const name = guard.name ?? `guard ${index + 1}`;
    const finder = new Finder(name, guard);
    const sides = guard.on === 'both' ? (['request', 'response'] as const) : [guard.on];
    return sides.map(
      (on) => ({ name, on, onFault: guard.onFault, check: checkOf(guard, finder) }) satisfies Guard,
    );
  });
}

function checkOf(settings: WordGuardSettings, finder: Finder): Guard['check'] {
  const { action, text: instead } = settings;
  return (text, _metadata, _signal, part: GuardedPart): GuardVerdict => {
    const found = finder.find(part.before, text);
    if (found.length === 0) return { action: 'pass' };
    if (action === 'block') return instead === undefined ? { action } : { action, text: instead };
    return { action, text: replaced(text, found, instead ?? '') };
  };
}

/** Finds words and a pattern in a text, in time. */
class Finder {
  readonly #name: string;
  readonly #patterns: readonly RegExp[];
  readonly #isFixed: boolean;
  #faults = 0;

  constructor(name: string, { words, pattern }: WordGuardSettings) {
    this.#name = name;
    const listed = words.map((word) => word.trim()).filter((word) => word !== '');
    const patterns = listed.length === 0 ? [] : [wordPattern(listed)];
    if (pattern !== undefined) patterns.push(compiled(name, pattern));
    if (patterns.length === 0)
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `tools.guards: ${name} looks for nothing. Give it words or a pattern.`,
      );
    this.#patterns = patterns;
    this.#isFixed = pattern === undefined;
  }

  /**
   * @param before - was let through already; what begins there and ends in the text is found too, as far as it is in the text.
   * @returns Places in `text`, in order, without overlap.
   * @throws when it takes too long.
   */
  find(before: string, text: string): readonly Found[] {
    const whole = before + text;
    const found: Found[] = [];
    for (let from = 0; from < whole.length; from += WINDOW_CHARS - OVERLAP_CHARS) {
      const window = whole.slice(from, from + WINDOW_CHARS);
      for (const pattern of this.#patterns) {
        for (const place of this.#matches(pattern, window))
          found.push({ from: place.from + from, to: place.to + from });
      }
      if (from + WINDOW_CHARS >= whole.length) break;
    }
    return joined(found, before.length);
  }

  #matches(pattern: RegExp, text: string): readonly Found[] {
    // Fixed words cannot take long.
    if (this.#isFixed) return matchesOf(pattern, text);
    if (this.#faults >= MAX_FAULTS)
      throw new Error(`the pattern of ${this.#name} takes too long; simplify it`);
    for (let isLast = false; ; isLast = true) {
      try {
        const found = matchesInTime(pattern, text);
        this.#faults = 0;
        return found;
      } catch (error) {
        if (!isLast) continue;
        this.#faults += 1;
        throw error;
      }
    }
  }
}

/** One context for all: it holds nothing but the run under way. */
let room: Context | undefined;
const MATCHING = new Script(
  'found = [...text.matchAll(pattern)].slice(0, max).map((m) => [m.index, m[0].length])',
);

/** @throws when it takes longer than 50 ms. */
function matchesInTime(pattern: RegExp, text: string): readonly Found[] {
  room ??= createContext({});
  Object.assign(room, { pattern, text, max: MAX_FOUND, found: [] });
  try {
    MATCHING.runInContext(room, { timeout: MATCH_MS });
    return (room['found'] as [number, number][]).map(([from, length]) => ({ from, to: from + length }));
  } finally {
    Object.assign(room, { pattern: undefined, text: undefined, found: undefined });
  }
}

function matchesOf(pattern: RegExp, text: string): readonly Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(pattern)) {
    found.push({ from: match.index, to: match.index + match[0].length });
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

function compiled(name: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'giu');
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `tools.guards: the pattern of ${name} is no regular expression: ${errorText(error)}. Correct it.`,
      { cause: error },
    );
  }
}

/** Letters whose words stand between spaces; there "ass" is not found in "class". */
const LETTERS = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}\\p{N}]';
const SPACED = new RegExp(`^${LETTERS}$`, 'u');

function wordPattern(words: readonly string[]): RegExp {
  // The longest first, so that it is the one that is replaced.
  const sorted = [...words].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map(oneWord).join('|'), 'giu');
}

function oneWord(word: string): string {
  const characters = [...word];
  const inside = characters.map(anyWidth).join('');
  const before = SPACED.test(characters[0] ?? '') ? `(?<!${LETTERS})` : '';
  const after = SPACED.test(characters.at(-1) ?? '') ? `(?!${LETTERS})` : '';
  return before + inside + after;
}

/** A character in its own width and the other: ABC and ＡＢＣ. */
function anyWidth(character: string): string {
  if (/\s/.test(character)) return '\\s+';
  const code = character.codePointAt(0) ?? 0;
  const own = escaped(character);
  if (code > 0x20 && code < 0x7f) return `[${own}${String.fromCodePoint(code + 0xfee0)}]`;
  const narrow = character.normalize('NFKC');
  return narrow === character || [...narrow].length !== 1 ? own : `[${own}${escaped(narrow)}]`;
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Places that end behind `start`, cut to what lies there, those that touch each other as one. */
function joined(found: readonly Found[], start: number): readonly Found[] {
  const inside = found
    .filter(({ from, to }) => to > start && to > from)
    .map(({ from, to }) => ({ from: Math.max(0, from - start), to: to - start }))
    .sort((a, b) => a.from - b.from);
  const places: Found[] = [];
  for (const place of inside) {
    const last = places.at(-1);
    if (last !== undefined && place.from < last.to)
      places[places.length - 1] = { from: last.from, to: Math.max(last.to, place.to) };
    else places.push(place);
  }
  return places;
}

function replaced(text: string, found: readonly Found[], instead: string): string {
  let result = '';
  let at = 0;
  for (const { from, to } of found) {
    result += text.slice(at, from) + instead;
    at = to;
  }
  return result + text.slice(at);
}
