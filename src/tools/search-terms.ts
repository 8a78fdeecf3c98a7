/** Kana, kanji, hangul: written without spaces between words, so pairs of characters stand for words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー々〆]+/gu;
const SPACED = /[\p{L}\p{N}]+/gu;
/** Particles, copulas and polite endings carry no meaning by themselves and stand in every sentence. */
const EMPTY_PAIR =
  /^(?:です|ます|した|まし|ませ|って|ので|から|けど|ない|する|して|こと|もの|よう|など|とか|には|では|のは|のが|のを|とは|ある|いる|ください?|くだ|ださ|さい)$/;
const EMPTY_WORDS = new Set(
  'a an the is are was were be been am i you he she it we they me my your his her its our their of in on at to for from with and or but not do does did what which who when where how can could will would should please this that there'.split(
    ' ',
  ),
);

/**
 * The words by which a text is found: lower case, full width made half width, empty words left out. Of languages written without
 * spaces (Japanese, Chinese) every pair of neighbouring characters, and single ones that stand alone.
 */
export function searchTerms(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase();
  const terms: string[] = [];
  for (const [run] of plain.matchAll(UNSPACED)) terms.push(...pairsOf(run));
  for (const [word] of plain.replace(UNSPACED, ' ').matchAll(SPACED)) {
    if (!EMPTY_WORDS.has(word)) terms.push(stemOf(word));
  }
  return terms;
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  const pairs: string[] = [];
  for (let at = 0; at + 1 < characters.length; at++) {
    const pair = `${characters[at]}${characters[at + 1]}`;
    if (!EMPTY_PAIR.test(pair)) pairs.push(pair);
  }
  return pairs;
}

/** Endings off, no more: "forecasts" finds "forecast", and "living" finds "lives". What is left need not be a word. */
function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const short = word.length === 4 ? word : word.replace(/ies$/, 'y').replace(/(?:ing|ed)$/, '');
  return short.replace(/([^s])s$/, '$1').replace(/e$/, '');
}
