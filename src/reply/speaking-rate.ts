import type { Pronouncer, SpokenLanguage, SpokenWord } from '../language/index.js';

const MS_PER_PHONEME = 80;
/** Without a reading: a kanji is two or three phonemes and more, a kana two, a Latin letter about one. */
const PHONEMES_OF = [
  { letters: /\p{Script=Han}/u, phonemes: 3.4 },
  { letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, phonemes: 1.9 },
  { letters: /\p{N}/u, phonemes: 4 },
  { letters: /\p{L}/u, phonemes: 0.85 },
];
/** How much what was learned counts when a sentence comes after it. */
const KEPT = 0.7;
/** So many phonemes the first guess counts as: one sentence outweighs it. */
const GUESSED_PHONEMES = 12;
const SPOKEN: readonly SpokenLanguage[] = ['ja', 'en'];

/** How fast voices that tell nothing speak, each in each language: learned from how long its sentences take. */
export class SpeakingRates {
  readonly #pronouncer: Pronouncer | undefined;
  readonly #rates = new Map<string, SpeakingRate>();

  constructor(pronouncer: Pronouncer | undefined) {
    this.#pronouncer = pronouncer;
  }

  /** How a text is read; undefined: nobody knows. Never rejects. */
  async read(text: string, language: string | undefined): Promise<readonly SpokenWord[] | undefined> {
    const spoken = SPOKEN.find((known) => language?.startsWith(known));
    if (this.#pronouncer === undefined || (language !== undefined && spoken === undefined)) return undefined;
    return this.#pronouncer.pronounce(text, spoken).catch(() => undefined);
  }

  /** Of one voice in one language; undefined: the standard one, or what its text is in. */
  of(voice: string | undefined, language: string | undefined): SpeakingRate {
    const key = `${voice ?? ''} ${language?.split('-')[0]?.toLowerCase() ?? ''}`;
    const known = this.#rates.get(key) ?? new SpeakingRate();
    this.#rates.set(key, known);
    return known;
  }
}

/** How fast one voice speaks: longer sentences tell more, newer ones count more. */
export class SpeakingRate {
  #phonemes = GUESSED_PHONEMES;
  #ms = GUESSED_PHONEMES * MS_PER_PHONEME;

  /** The text from there on took so long. @param letters - `lettersOf` the text. */
  learn(letters: readonly number[], from: number, tookMs: number): void {
    const phonemes = letters.slice(from).reduce((sum, one) => sum + one, 0);
    if (phonemes < 4 || tookMs <= 0) return;
    const ms = Math.max(MS_PER_PHONEME / 4, Math.min(MS_PER_PHONEME * 4, tookMs / phonemes)) * phonemes;
    this.#phonemes = KEPT * this.#phonemes + phonemes;
    this.#ms = KEPT * this.#ms + ms;
  }

  /** How far it is after that time. @param letters - `lettersOf` the text. */
  reached(letters: readonly number[], from: number, elapsedMs: number): number {
    return placeBehind((elapsedMs * this.#phonemes) / this.#ms, letters, { from, to: letters.length });
  }
}

/** Where so many phonemes of a stretch are over. @param letters - `lettersOf` the text. */
export function placeBehind(
  phonemes: number,
  letters: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let left = phonemes;
  for (let at = from; at < to; at++) {
    left -= letters[at] ?? 0;
    if (left < 0) return at;
  }
  return to;
}

/** Phonemes of each UTF-16 unit. */
export function lettersOf(text: string, read?: readonly SpokenWord[]): readonly number[] {
  if (read === undefined)
    return Array.from({ length: text.length }, (_, at) => {
      const letter = text.charAt(at);
      return PHONEMES_OF.find(({ letters }) => letters.test(letter))?.phonemes ?? 0;
    });
  const letters = new Array<number>(text.length).fill(0);
  for (const { from, to, readings } of read)
    letters.fill((readings[0]?.length ?? 0) / Math.max(1, to - from), from, to);
  return letters;
}
