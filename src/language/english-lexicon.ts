import { phonemesOfEntry, reducedEntry } from './arpabet.js';

/** Pronunciations of one word, the usual first; empty: not in the dictionary. */
export type EnglishLexicon = (word: string) => readonly (readonly string[])[];

const MAX_READINGS = 4;

/**
 * Loads CMU's pronouncing dictionary: 135 000 entries, 0.5 s and 60 MB on Node 20, on first use only.
 *
 * @returns Takes words in lower case, with a straight apostrophe.
 */
export async function loadEnglishLexicon(): Promise<EnglishLexicon> {
  const { dictionary } = await import('cmu-pronouncing-dictionary');
  return (word) => {
    const entries: string[] = [];
    for (let number = 1; number <= MAX_READINGS; number++) {
      const key = number === 1 ? word : `${word}(${number})`;
      // The dictionary is a plain object: `constructor` is none of its words.
      const entry = Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
      if (entry === undefined) break;
      entries.push(entry);
    }
    const reduced = entries.flatMap((entry) => reducedEntry(entry) ?? []);
    return [...entries, ...reduced].map(phonemesOfEntry);
  };
}
