/** Languages whose words the product can turn into phonemes by itself. */
export type SpokenLanguage = 'ja' | 'en';

/** A word, or what stands between two words, with how it sounds. */
export interface SpokenWord {
  /** As it stands in the text. */
  readonly text: string;
  /** Place in the text, UTF-16 units. */
  readonly from: number;
  readonly to: number;
  readonly language: SpokenLanguage;
  /**
   * Ways to say it, likeliest first, each a list of lip.txt names; empty for what is not spoken. Within a way, a phoneme that may
   * sound in two manners (a devoiced vowel) is given as voiced: who aligns may try both.
   */
  readonly readings: readonly (readonly string[])[];
  /** A pause is likely behind it (comma, full stop, 、。). */
  readonly isPause: boolean;
}

/** Turns text into words with their phonemes (grapheme to phoneme). */
export interface Pronouncer {
  /** @param language - of what does not show its language by its letters. */
  pronounce(text: string, language?: SpokenLanguage): Promise<readonly SpokenWord[]>;
}
