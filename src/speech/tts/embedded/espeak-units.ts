import type { EspeakUnit } from './espeak-frames.js';
import { katakana } from './kana-morae.js';
import { notationOf } from './kana-words.js';

/** How the names of phonemes are to be read. */
export type EspeakNaming = 'ja' | 'en' | 'other';

export interface NamedUnit extends EspeakUnit {
  readonly naming: EspeakNaming;
}

export interface UnitVoices {
  /** Voice for Japanese, English in Japanese, and the voice for everything when it is of another language. */
  readonly ja: string;
  readonly en: string;
  readonly other: string;
}

export interface UnitOptions {
  readonly voices: UnitVoices;
  /** 1 is as the voice speaks; pauses follow it. */
  readonly speed: number;
}

/** What espeak-ng itself leaves between sentences and clauses; at the end of a text it leaves nothing. */
const SENTENCE_PAUSE_MS = 300;
const CLAUSE_PAUSE_MS = 150;
/** A cancellation is heard between units; this much is said in a few hundredths of a second. */
const MAX_UNIT_CHARS = 240;
const SENTENCE_ENDS = '。．.！!？?…';
const CLAUSE_ENDS = '、，,；;：:—';
/** In this order: kana words, letters of other languages, numbers, ends. Everything else cannot be said in Japanese. */
const JAPANESE_TOKEN =
  /(?<kana>[ァ-ヺー・][ァ-ヺー・ \t\u3000]*)|(?<latin>[\p{Script=Latin}][\p{Script=Latin}\p{M}\d'’&.-]*(?: +[\p{Script=Latin}][\p{Script=Latin}\p{M}\d'’&.-]*)*)|(?<number>\d+(?:[.,]\d+)*)|(?<ends>[。．.！!？?…、，,；;：:—\n]+)/gu;
const JAPANESE_LETTERS = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー々〆]/u;
const JAPANESE_RUN =
  /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー々〆][\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー々〆、。！？・「」『』\s]*/gu;

/** Whether Japanese is in it. */
export function hasJapanese(text: string): boolean {
  return JAPANESE_LETTERS.test(text);
}

/**
 * Pronunciation kana with whatever else is in the text, as units: Japanese as phonemes, words in Latin letters by the English voice.
 *
 * @param kana - words divided by blanks, where that is known; punctuation as it was.
 */
export function japaneseUnits(kana: string, { voices, speed }: UnitOptions): NamedUnit[] {
  const units: NamedUnit[] = [];
  let markup = '';
  let hasSound = false;
  const close = (pauseMs: number): void => {
    if (hasSound)
      units.push({ voice: voices.ja, text: markup.trim(), pauseMs: pauseMs / speed, naming: 'ja' });
    else lengthenPause(units, pauseMs / speed);
    markup = '';
    hasSound = false;
  };
  for (const { groups = {} } of katakana(kana).matchAll(JAPANESE_TOKEN)) {
    const { kana: words, latin, number, ends } = groups;
    if (words !== undefined) {
      const notation = notationOf(words);
      markup += `${notation} `;
      hasSound ||= notation !== '';
    } else if (number !== undefined) {
      markup += `${number} `;
      hasSound = true;
    } else if (latin !== undefined) {
      close(0);
      units.push({ voice: voices.en, text: escaped(latin), pauseMs: 0, naming: 'en' });
    } else if (ends !== undefined) {
      markup = `${markup.trimEnd()}${endMark(ends)} `;
      close(pauseOf(ends));
    }
    if (markup.length > MAX_UNIT_CHARS * 4) close(0);
  }
  close(0);
  return withoutLastPause(units);
}

/**
 * Text of any other language, sentence by sentence; stretches of Japanese in it go to `japanese`.
 *
 * @param naming - of the text's own language.
 */
export function otherUnits(text: string, naming: EspeakNaming, { voices, speed }: UnitOptions): NamedUnit[] {
  const voice = naming === 'en' ? voices.en : voices.other;
  const units: NamedUnit[] = [];
  for (const sentence of sentencesOf(text)) {
    if (/[\p{L}\p{N}\p{S}]/u.test(sentence))
      units.push({
        voice,
        text: escaped(sentence).trim(),
        pauseMs: pauseOf(sentence.trim().slice(-1)) / speed,
        naming,
      });
  }
  return withoutLastPause(units);
}

/** Stretches of Japanese and of anything else, in order. */
export function japaneseRuns(
  text: string,
): readonly { readonly text: string; readonly isJapanese: boolean }[] {
  const runs: { text: string; isJapanese: boolean }[] = [];
  let at = 0;
  for (const { 0: run, index } of text.matchAll(JAPANESE_RUN)) {
    if (index > at) runs.push({ text: text.slice(at, index), isJapanese: false });
    runs.push({ text: run, isJapanese: true });
    at = index + run.length;
  }
  if (at < text.length) runs.push({ text: text.slice(at), isJapanese: false });
  return runs;
}

/** Sentences; a long one is cut where it may be. */
function sentencesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const sentence of text.split(/(?<=[.!?。！？…]["'”’)\]]?)\s+|\n+|(?<=[。！？])/u)) {
    let rest = sentence;
    while (rest.length > MAX_UNIT_CHARS) {
      const head = rest.slice(0, MAX_UNIT_CHARS);
      const cut = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; '), head.lastIndexOf('、')) + 1;
      const at =
        cut > MAX_UNIT_CHARS / 4
          ? cut
          : head.lastIndexOf(' ') > 0
            ? head.lastIndexOf(' ')
            : wholeLetters(head);
      pieces.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    pieces.push(rest);
  }
  return pieces;
}

/** Never between the halves of a letter outside the basic plane. */
function wholeLetters(head: string): number {
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length;
}

/** Nothing in a text may be a command to espeak-ng: it reads SSML and, between `[[` and `]]`, phonemes. */
export function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/[[\]]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;');
}

function endMark(ends: string): string {
  if (/[？?]/.test(ends)) return '?';
  if (/[！!]/.test(ends)) return '!';
  return [...ends].some((letter) => SENTENCE_ENDS.includes(letter) || letter === '\n') ? '.' : ',';
}

function pauseOf(ends: string): number {
  const letters = [...ends];
  if (letters.some((letter) => SENTENCE_ENDS.includes(letter) || letter === '\n')) return SENTENCE_PAUSE_MS;
  return letters.some((letter) => CLAUSE_ENDS.includes(letter)) ? CLAUSE_PAUSE_MS : 0;
}

function lengthenPause(units: NamedUnit[], pauseMs: number): void {
  const last = units.pop();
  if (last !== undefined) units.push({ ...last, pauseMs: Math.max(last.pauseMs, pauseMs) });
}

function withoutLastPause(units: NamedUnit[]): NamedUnit[] {
  const last = units.pop();
  if (last !== undefined) units.push({ ...last, pauseMs: 0 });
  return units;
}
