import { kanaOfEnglish, kanaOfLetters } from './english-kana.js';
import type { EnglishLexicon } from './english-lexicon.js';
import { piecesOf, readWord } from './english-words.js';
import type { JapaneseAnalyzer } from './japanese-analyzer.js';
import { type JapaneseWord, japaneseWords } from './japanese-words.js';
import { usualWidth } from './width-map.js';

/** What a stretch of Japanese is said with. */
export interface JapaneseTools {
  readonly analyze: JapaneseAnalyzer;
  /** For words in Latin letters; left out when there are none. */
  readonly lexicon: EnglishLexicon | undefined;
}

/** A word that nobody knows may be an abbreviation when it is no longer. */
const MAX_SPELLED = 5;
const LATIN_TOKEN = /^[\p{Script=Latin}'’.-]*\p{Script=Latin}[\p{Script=Latin}'’.-]*$/u;
/** Signs that a Japanese voice reads. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['%', 'パーセント'],
  ['&', 'アンド'],
  ['+', 'プラス'],
  ['=', 'イコール'],
  ['@', 'アット'],
  ['¥', 'エン'],
  ['$', 'ドル'],
  ['℃', 'ド'],
]);

/**
 * The words of Japanese text, places in the text as given (any width). Latin words are read as a Japanese voice does: by the sound
 * of the English word, and letter by letter where they are abbreviations or in no dictionary.
 */
export function japaneseRun(source: string, { analyze, lexicon }: JapaneseTools): JapaneseWord[] {
  const { text, places } = usualWidth(source);
  return japaneseWords(analyze(text)).map((word) => {
    const from = places[word.from] ?? 0;
    const to = places[word.to] ?? source.length;
    const kana = word.kana.length > 0 ? word.kana : signOrLatin(word.text, lexicon);
    return { ...word, text: source.slice(from, to), from, to, kana };
  });
}

function signOrLatin(text: string, lexicon: EnglishLexicon | undefined): readonly string[] {
  const sign = SIGNS.get(text);
  if (sign !== undefined) return [sign];
  return LATIN_TOKEN.test(text) ? latinReadings(text, lexicon) : [];
}

/** Of `ChatGPT` the pieces one after the other, each in its likeliest way; of one piece all ways. */
function latinReadings(text: string, lexicon: EnglishLexicon | undefined): readonly string[] {
  const pieces = lexicon === undefined ? [] : piecesOf(text, 0, lexicon);
  if (lexicon === undefined || pieces.length < 2) return pieceReadings(text, lexicon);
  const whole = pieces.map((piece) => pieceReadings(piece.text, lexicon)[0] ?? '').join('');
  return whole === '' ? [] : [whole];
}

function pieceReadings(text: string, lexicon: EnglishLexicon | undefined): readonly string[] {
  const letters = kanaOfLetters(text);
  if (lexicon === undefined || /^\p{Lu}{1,3}$|^.$/u.test(text)) return letters === '' ? [] : [letters];
  const { readings, isGuess } = readWord(text, lexicon);
  const sounds = readings.map((reading) => kanaOfEnglish(reading, text)).filter((kana) => kana !== '');
  const isCapitals = /^\p{Lu}+$/u.test(text);
  const isWord = lexicon(text.toLowerCase()).length > 0;
  if (isCapitals && !isWord) return [...new Set([letters, ...sounds])];
  return [...new Set(isCapitals || (isGuess && text.length <= MAX_SPELLED) ? [...sounds, letters] : sounds)];
}
