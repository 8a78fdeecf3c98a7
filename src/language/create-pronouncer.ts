import { loadEnglishLexicon } from './english-lexicon.js';
import { englishWords } from './english-words.js';
import { loadJapaneseAnalyzer } from './japanese-analyzer.js';
import { japaneseRun } from './japanese-run.js';
import { phonemesOfKana } from './kana-phonemes.js';
import { splitByLanguage } from './split-languages.js';
import type { Pronouncer, SpokenLanguage, SpokenWord } from './spoken-word.js';
import { usualWidth, type WidthMapped } from './width-map.js';

/** Says how words sound that no dictionary has: what espeak-ng, where it is there, knows better than rules do. */
export interface WordGuesser {
  /** @param words - English, as written. @returns For each its phonemes as lip.txt names, or undefined. */
  guess(words: readonly string[]): Promise<readonly (readonly string[] | undefined)[]>;
}

export interface PronouncerOptions {
  /** Left out: words in no dictionary go by their letters alone. */
  readonly guesser?: WordGuesser;
}

/** A pronouncer that can also tell Japanese text in kana. */
export interface KanaPronouncer extends Pronouncer {
  /**
   * Japanese text in katakana as it is pronounced, for voices that read kana only: `今日は雨。` becomes `キョーワ アメ。`. Blanks stand
   * between words, particles and endings go with the word before them, signs are as they were, and English words are as Japanese
   * say them. What cannot be read stays as it is.
   */
  kanaOf(text: string): Promise<string>;
  /**
   * Loads what a text needs, so that it is read at once when its time comes: 0.3 s for Japanese, 0.5 s for English, during which
   * nothing else runs in the thread. Never rejects: who reads the text is told then.
   *
   * @param language - of what does not show its language by its letters.
   */
  prepareFor(text: string, language?: SpokenLanguage): Promise<void>;
}

/** A pause is likely where the text has one of these. */
const PAUSE = /[、。，．！？!?,;:…\n]|\.(?!\d)|[—―]|\s[-–]\s/u;
/** One of each in a process, however many pronouncers there are: they keep no state, and are large. */
const analyzer = once(loadJapaneseAnalyzer);
const lexicon = once(loadEnglishLexicon);
/** Shows the languages of a text well enough. */
const PREPARED_LETTERS = 2000;
const HAS_LATIN = /\p{Script=Latin}/u;

/**
 * Reads Japanese with Lindera's IPADIC, English with CMU's dictionary; both are loaded when a text first needs them and stay.
 *
 * Errors of loading (a package that is not there) are thrown as they are by `pronounce`; a later call tries again.
 */
export function createPronouncer(options: PronouncerOptions = {}): KanaPronouncer {
  const toolsFor = async (text: string) => ({
    analyze: await analyzer(),
    lexicon: HAS_LATIN.test(text) ? await lexicon() : undefined,
  });
  const english = async (text: string): Promise<Word[]> => {
    const words = englishWords(text, await lexicon());
    const unknown = words.filter(({ isGuess }) => isGuess);
    if (options.guesser === undefined || unknown.length === 0) return words;
    const asked = options.guesser.guess(unknown.map((word) => word.text));
    // Who guesses is a help; without it words go by their letters.
    const guesses = await asked.catch(() => []);
    return words.map((word) => {
      const guess = word.isGuess ? guesses[unknown.indexOf(word)] : undefined;
      return guess === undefined || guess.length === 0
        ? word
        : { ...word, readings: [guess, ...word.readings] };
    });
  };
  const japanese = async (text: string): Promise<Word[]> =>
    japaneseRun(text, await toolsFor(text)).map(({ kana, text: written, from, to }) => ({
      text: written,
      from,
      to,
      readings: distinct(kana.map(phonemesOfKana)),
    }));

  return {
    async pronounce(text, language = 'en') {
      const words: SpokenWord[] = [];
      const usual = usualWidth(text);
      for (const run of splitByLanguage(usual.text, language)) {
        const found =
          run.language === 'ja'
            ? await japanese(run.text)
            : run.language === 'en'
              ? await english(run.text)
              : [];
        const spoken: SpokenLanguage = run.language === 'other' ? language : run.language;
        words.push(...withPauses(run.text, found, run.from, spoken));
      }
      return words.map((word) => placedInSource(word, text, usual));
    },
    async kanaOf(text) {
      const words = japaneseRun(text, await toolsFor(text));
      let kana = '';
      let at = 0;
      let wasRead = false;
      for (const word of words) {
        const between = text.slice(at, word.from);
        const isRead = word.kana.length > 0;
        const isNewWord = wasRead && isRead && between === '' && !word.isAttached;
        // を is said オ; not every voice knows that.
        kana += between + (isNewWord ? ' ' : '') + (word.kana[0]?.replaceAll('ヲ', 'オ') ?? word.text);
        at = word.to;
        wasRead = isRead;
      }
      return kana + text.slice(at);
    },
    async prepareFor(text, language = 'en') {
      const beginning = usualWidth(text.slice(0, PREPARED_LETTERS)).text;
      const languages = new Set(splitByLanguage(beginning, language).map((run) => run.language));
      const needed = [
        ...(languages.has('ja') ? [analyzer] : []),
        ...(languages.has('en') || (languages.has('ja') && HAS_LATIN.test(beginning)) ? [lexicon] : []),
      ];
      for (const load of needed) await load().catch(() => {});
    },
  };
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly readings: readonly (readonly string[])[];
}

function placedInSource(word: SpokenWord, source: string, { places }: WidthMapped): SpokenWord {
  const from = places[word.from] ?? 0;
  const to = places[word.to] ?? source.length;
  return { ...word, text: source.slice(from, to), from, to };
}

/** Signs go to the word before them, or are a word without readings where none is. */
function withPauses(
  text: string,
  found: readonly Word[],
  offset: number,
  language: SpokenLanguage,
): SpokenWord[] {
  const spoken = found.filter(({ readings }) => readings.length > 0);
  const words: SpokenWord[] = [];
  const before = text.slice(0, spoken[0]?.from ?? text.length);
  if (PAUSE.test(before))
    words.push({
      text: before,
      from: offset,
      to: offset + before.length,
      language,
      readings: [],
      isPause: true,
    });
  for (const [index, { text: written, from, to, readings }] of spoken.entries()) {
    const between = text.slice(to, spoken[index + 1]?.from ?? text.length);
    words.push({
      text: written,
      from: offset + from,
      to: offset + to,
      language,
      readings,
      isPause: PAUSE.test(between),
    });
  }
  return words;
}

function distinct(readings: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const byText = new Map(readings.map((reading) => [reading.join(' '), reading]));
  return [...byText.values()].filter((reading) => reading.length > 0);
}

/** Runs `load` at the first call, and again only after it failed. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
