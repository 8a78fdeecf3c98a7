import { nextEditDistances } from '../runtime/index.js';
import { foldLetters, foldText, withoutMarksAhead, withoutNumbers } from './fold-text.js';
import { besideOwnRuns } from './own-runs.js';

export interface OwnVoiceOptions {
  /** When the voice in the microphone began, monotonic milliseconds: of its sound, not of the transcript. Needs the next two. */
  readonly heardAtMs?: number;
  /** When the first of `spokenText` was at the loudspeaker. */
  readonly spokenFromMs?: number;
  /** When the last of it was, as far as it was played. */
  readonly spokenToMs?: number;
  /** How long after `spokenToMs` a voice may still be an echo: what rooms and devices delay, and errors of the clocks. @default 1500 */
  readonly windowMs?: number;
  /** Share of what was heard that must be in what was spoken, above 0 to 1. @default 0.6 */
  readonly overlap?: number;
  /** Gives the reading of a text in kana, where one is at hand: 今日 and きょう are then the same. @default the spelling is compared */
  readonly readingOf?: (text: string) => string;
}

const DEFAULT_WINDOW_MS = 1500;
const DEFAULT_OVERLAP = 0.6;
/** A room's echo that begins this long after the last sound is none: what follows later is an answer that repeats words. */
const TAIL_MS = 300;
/** Shorter ones are an echo only while the avatar sounds: people answer in the words they were asked in. Folded letters. */
const SHORT_JAPANESE = 8;
const SHORT_LATIN = 16;
const IN_WORD = /[\p{Script=Latin}\p{N}'’]/u;
const HAS_JAPANESE = /[\p{Script=Hiragana}\p{Script=Han}]/u;

/**
 * Whether a transcript is an echo of what the avatar said.
 *
 * Goes by the groups of letters that both have (two in Japanese, three in other scripts), so that a recognizer's slips, blanks, case
 * and kana count little. Without times only the words count.
 *
 * @param spokenText - what of the avatar's speech may be in the microphone: the last few seconds of what was heard, not more.
 */
export function isOwnVoice(heardText: string, spokenText: string, options: OwnVoiceOptions = {}): boolean {
  const heard = comparable(heardText, options);
  const spoken = comparable(spokenText, options);
  if (heard === '' || spoken === '') return false;
  if (!isInTime(heard, options)) return false;
  return shareOf(heard, spoken) >= (options.overlap ?? DEFAULT_OVERLAP);
}

/**
 * The user's words beside an echo: somebody who speaks over the avatar is heard together with it, before, behind or between its words.
 *
 * @param options - a voice that is no echo by its times is left whole; one that began in silence may repeat what it likes.
 * @returns the text without what is like a part of `spokenText`: runs of words in the same order, or a beginning that is mostly an echo;
 * '' only when `isOwnVoice` says so and nothing else is there; the text itself when it holds no echo.
 */
export function withoutOwnVoice(text: string, spokenText: string, options: OwnVoiceOptions = {}): string {
  if (isOwnVoice(text, spokenText, options))
    return besideOwnRuns(text, spokenText) ?? behindEcho(text, spokenText);
  const { windowMs = TAIL_MS } = options;
  const isHeardOver = isInTime(foldLetters(text), { ...options, windowMs: Math.min(windowMs, TAIL_MS) });
  return isHeardOver ? besideOwnRuns(text, spokenText) || text : text;
}

/** What follows the longest beginning that is like a part of what was spoken. */
function behindEcho(text: string, spokenText: string): string {
  const heard = foldText(text);
  const spoken = foldLetters(spokenText).slice(-MAX_LETTERS);
  if (heard.letters === '' || spoken === '') return text;
  // Words with blanks between them are an echo as a whole or not at all.
  const isEnd = (letters: number): boolean => !isInWord(text, heard.to[letters - 1] ?? text.length);
  const end = echoEnd(heard.letters.slice(0, MAX_LETTERS), spoken, isEnd);
  if (end === 0) return text;
  const rest = withoutMarksAhead(text.slice(heard.to[end - 1]));
  return isMoreOfIt(rest, spoken) ? '' : rest;
}

function isMoreOfIt(rest: string, spoken: string): boolean {
  const letters = withoutNumbers(foldLetters(rest));
  return letters === '' || shareOf(letters, spoken) >= DEFAULT_OVERLAP;
}

function comparable(text: string, { readingOf }: OwnVoiceOptions): string {
  return foldLetters(readingOf === undefined ? text : readingOf(text));
}

function isInTime(heard: string, options: OwnVoiceOptions): boolean {
  const { heardAtMs, spokenFromMs, spokenToMs, windowMs = DEFAULT_WINDOW_MS } = options;
  if (heardAtMs === undefined || spokenToMs === undefined) return true;
  if (spokenFromMs !== undefined && heardAtMs < spokenFromMs) return false;
  const isShort = heard.length < (HAS_JAPANESE.test(heard) ? SHORT_JAPANESE : SHORT_LATIN);
  return heardAtMs <= spokenToMs + (isShort ? Math.min(TAIL_MS, windowMs) : windowMs);
}

/** Share of the groups of letters of `heard` that `spoken` has as often. */
function shareOf(heard: string, spoken: string): number {
  const size = HAS_JAPANESE.test(heard) ? 2 : 3;
  if (heard.length < size) return spoken.includes(heard) ? 1 : 0;
  const there = new Map<string, number>();
  for (const group of groups(spoken, size)) there.set(group, (there.get(group) ?? 0) + 1);
  let [all, shared] = [0, 0];
  for (const group of groups(heard, size)) {
    all++;
    const left = there.get(group) ?? 0;
    if (left === 0) continue;
    shared++;
    there.set(group, left - 1);
  }
  return shared / all;
}

function* groups(letters: string, size: number): Generator<string> {
  for (let at = 0; at + size <= letters.length; at++) yield letters.slice(at, at + size);
}

/** Of each text, in time that grows with both: more than a minute of speech. */
const MAX_LETTERS = 600;
/** A letter that fits is worth this much of one that does not: three of five must fit. */
const MISS = 1.5;
/** Fewer letters in a row at the end of an echo are chance. */
const MIN_ECHO = 4;

/**
 * How many letters of `heard` are an echo: the beginning that is worth most when each letter that fits counts 1 and each slip -1.5,
 * against any part of `spoken` (alignment that is free to begin and end anywhere in it).
 */
function echoEnd(heard: string, spoken: string, isEnd: (letters: number) => boolean): number {
  let slips: readonly number[] = new Array<number>(spoken.length + 1).fill(0);
  let [best, bestEnd] = [0, 0];
  for (let i = 1; i <= heard.length; i++) {
    slips = nextEditDistances(slips, heard.charAt(i - 1), spoken);
    const least = Math.min(...slips);
    const worth = i - least - MISS * least;
    if (worth > best && isEnd(i)) [best, bestEnd] = [worth, i];
  }
  return best >= MIN_ECHO ? bestEnd : 0;
}

function isInWord(text: string, at: number): boolean {
  const [before = '', behind = ''] = [text[at - 1], text[at]];
  return IN_WORD.test(before) && IN_WORD.test(behind);
}
