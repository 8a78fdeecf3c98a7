import { matchesOf } from '../runtime/index.js';
import { isVowel, spelledOut } from './arpabet.js';
import { readForms } from './english-forms.js';
import type { EnglishLexicon } from './english-lexicon.js';
import { letterSounds } from './letter-sounds.js';
import { englishDigits, englishNumber, englishOrdinal, MAX_CARDINAL_DIGITS } from './number-words.js';
import { weakForms } from './weak-forms.js';

/** A word of an English text. */
export interface EnglishWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Likeliest first, names of lip.txt; none: signs. */
  readonly readings: readonly (readonly string[])[];
  /** In no dictionary: read by its letters. */
  readonly isGuess: boolean;
}

const WORD =
  /[\p{L}\p{M}](?:[\p{L}\p{M}]|['’](?=\p{L}))*['’]?|\d+(?:st|nd|rd|th)(?!\p{L})|\d+(?:[.,]\d+)*|[&%@+=$€£¥]/gu;
const PIECE =
  /\p{Lu}+(?=\p{Lu}\p{Ll}{2})|\p{Lu}+(?:['’]?s)?(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}'’]+|[^\p{Lu}\p{Ll}]+|\p{Lu}/gu;
/** What signs are called, and abbreviations whose letters the dictionary does not tell. */
const SAID: ReadonlyMap<string, string> = new Map([
  ['&', 'and'],
  ['%', 'percent'],
  ['@', 'at'],
  ['+', 'plus'],
  ['=', 'equals'],
  ['$', 'dollars'],
  ['€', 'euros'],
  ['£', 'pounds'],
  ['¥', 'yen'],
  ['dr.', 'doctor'],
  ['mr.', 'mister'],
  ['mrs.', 'missus'],
  ['ms.', 'miz'],
  ['prof.', 'professor'],
  ['st.', 'street'],
  ['vs.', 'versus'],
  ['etc.', 'etcetera'],
]);
/** Short words that are often in capitals and are no abbreviations all the same. */
const SHOUTED: ReadonlySet<string> = new Set(
  'a i oh no yes ok not is it am are was be do did go got get and or but the all any new now you we he she me my our her his him on off in out up to of for so see say set red hot big bad ban buy day end far few fun god had has how let low man may men mom dad old one own put ran run sad sex sir sit six son sun ten too top try two use wow way who why win won yet'.split(
    ' ',
  ),
);
/** Longer ones are no words; what is beyond is not read. */
const MAX_WORD_LETTERS = 60;

/** The words of a text, with signs that are spoken; what stands between is left out. */
export function englishWords(text: string, lexicon: EnglishLexicon): EnglishWord[] {
  const found = [...matchesOf(text, WORD)].flatMap((match) => piecesOf(match[0], match.index, lexicon));
  const words = found.map(({ text: piece, from }) => {
    const dotted = `${piece.toLowerCase()}.`;
    const isAbbreviated = text[from + piece.length] === '.' && SAID.has(dotted);
    const { readings, isGuess } = readWord(isAbbreviated ? dotted : piece, lexicon);
    return { text: piece, from, to: from + piece.length, readings, isGuess };
  });
  return words.map((word, index) => {
    const isBeforeVowel = isVowel(words[index + 1]?.readings[0]?.[0]);
    return {
      ...word,
      readings: unique([
        ...weakForms(SAID.get(word.text) ?? word.text.toLowerCase(), isBeforeVowel),
        ...word.readings,
      ]),
    };
  });
}

/** How one word is read: as in the dictionary, by its parts, letter by letter, or by the sound of its letters. */
export function readWord(
  written: string,
  lexicon: EnglishLexicon,
): { readonly readings: readonly (readonly string[])[]; readonly isGuess: boolean } {
  const plain = plainLetters(written);
  const word = SAID.get(plain) ?? plain;
  if (/^\d/.test(word)) return { readings: [readNumber(word, lexicon)], isGuess: false };
  const isCapitals = /^\p{Lu}+$/u.test(written);
  const known = lexicon(word);
  if (known.length > 0) {
    // A short word in capitals may be an abbreviation: AI, US, WHO.
    const letters = isCapitals && word.length > 1 && word.length <= 4 ? [spelledOut(word)] : [];
    const isLikelier = word.length <= 3 && !SHOUTED.has(word);
    const both = isLikelier ? [...letters, ...known] : [...known, ...letters];
    return { readings: unique([...both, ...(word === 'a' ? [['ey']] : [])]), isGuess: false };
  }
  const owner = /^\p{Lu}+['’]s$/u.test(written) ? lexicon(word.slice(0, -2)) : [];
  if (owner.length > 0) return { readings: unique(readForms(word, lexicon)), isGuess: false };
  if (isSpelled(written, word)) return { readings: spelled(written, word), isGuess: false };
  const built = word.length > MAX_WORD_LETTERS ? [] : readForms(word, lexicon);
  if (built.length > 0) return { readings: unique(built), isGuess: false };
  const guess = letterSounds(word.slice(0, MAX_WORD_LETTERS));
  return { readings: guess.length === 0 ? [] : [guess], isGuess: guess.length > 0 };
}

/** GPT, PDFs, and words without a vowel. */
function isSpelled(written: string, word: string): boolean {
  return /^\p{Lu}{2,5}(?:['’]?s)?$/u.test(written) || (/^[^aeiouy']+$/.test(word) && word.length <= 6);
}

function spelled(written: string, word: string): readonly (readonly string[])[] {
  const isPlural = /^\p{Lu}+['’]?s$/u.test(written);
  const letters = spelledOut(isPlural ? word.replace(/'?s$/, '') : word);
  const all = isPlural ? [...letters, 'z'] : letters;
  // NATO, but GPT: what can be said as a word may be one.
  const isSayable = /[aeiou]/.test(word) && word.length >= 4;
  const sound = letterSounds(word);
  return isSayable ? [all, sound] : [all];
}

function readNumber(digits: string, lexicon: EnglishLexicon): string[] {
  const [ordinal] = /^\d{1,15}(?=[a-z])/.exec(digits) ?? [];
  if (ordinal !== undefined) return spokenWords(englishOrdinal(ordinal), lexicon);
  const plain = digits.replace(/,/g, '');
  const isSimple = /^\d+(?:\.\d+)?$/.test(plain) && plain.length <= 2 * MAX_CARDINAL_DIGITS;
  const words = isSimple ? englishNumber(plain) : englishDigits(plain.replace(/\D/g, ''));
  return spokenWords(words, lexicon);
}

function spokenWords(words: string, lexicon: EnglishLexicon): string[] {
  return words.split(/[\s-]+/).flatMap((word) => [...(readForms(word, lexicon)[0] ?? [])]);
}

function plainLetters(written: string): string {
  return written
    .toLowerCase()
    .replace(/’/g, "'")
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/æ/g, 'ae')
    .replace(/ø/g, 'o');
}

/** `OpenAI` are two words where the dictionary does not have it as one. */
export function piecesOf(
  text: string,
  from: number,
  lexicon: EnglishLexicon,
): { readonly text: string; readonly from: number }[] {
  const isMixed = /\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}{2}/u.test(text);
  if (!isMixed || lexicon(plainLetters(text).replace(/'s$/, '')).length > 0) return [{ text, from }];
  return [...matchesOf(text, PIECE)].map((piece) => ({ text: piece[0], from: from + piece.index }));
}

function unique(readings: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const seen = new Set<string>();
  return readings.filter((reading) => {
    const key = reading.join(' ');
    if (key === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
