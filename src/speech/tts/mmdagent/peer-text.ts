import { spokenPieces } from '../../child/spoken-pieces.js';

/**
 * Letters that one SYNTH_START may say. The plugin's LIPSYNC_START has 2047 bytes: 130 kana of two phonemes each; a letter spelled
 * out or a kanji may be three kana. A longer one is cut, and the mouth stays closed.
 */
const MAX_LETTERS = 60;
const MAX_ASCII_LETTERS = 180;

/**
 * A text as it may stand in SYNTH_START, in pieces that MMDAgent-EX takes.
 *
 * Plugin_Open_JTalk makes ASCII full-width in memory meant for less: `Hello world` ends MMDAgent-EX (`free(): invalid next size`;
 * Plugin_Open_JTalk at 9981469, measured, 3 of 3). What is full-width already stays as long as it is. Plugin_Flite reads ASCII only.
 *
 * @param language - of the voice, BCP 47; `ja` (also when nobody knows) means full-width.
 */
export function peerPieces(text: string, language: string): string[] {
  const isEnglish = /^en\b/i.test(language);
  const clean = isEnglish ? asciiOf(text) : fullWidth(text);
  const letters = isEnglish ? MAX_ASCII_LETTERS : MAX_LETTERS;
  const size = (piece: string): number => [...piece].length;
  const pieces = spokenPieces(clean, { size, maxSize: letters, joinedLetters: letters });
  return pieces
    .map((piece) => (isEnglish ? piece : piece.replaceAll(' ', '　')))
    .filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}

/** No half-width letter, sign, blank or kana is left. `|` would begin another argument. */
function fullWidth(text: string): string {
  return text
    .replace(/[\uff61-\uff9f]+/g, (kana) => kana.normalize('NFKC'))
    .replace(/[|｜]/g, '、')
    .replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

/** Letters with accents lose them; what is no ASCII then is not said. */
function asciiOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, ', ')
    .replace(/\|/g, ', ')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\u0000-\u007e]+/g, ' ')
    .replace(/ {2,}/g, ' ');
}
