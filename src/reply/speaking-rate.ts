import type { Pronouncer, SpokenLanguage, SpokenWord } from '../language/index.js';

const MS_PER_PHONEME = 80;
/** Without a reading: a kanji is two or three phonemes and more, a kana two, a Latin letter about one. */
const PHONEMES_OF = [
  { letters: /\p{Script=Han}/u, phonemes: 3.4 },
  { letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, phonemes: 1.9 },
  { letters: /\p{N}/u, phonemes: 4 },
  { letters: /\p{L}/u, phonemes: 0.85 },
];
/** How much of the newest sentence counts. */
const LEARNED = 0.3;
const SPOKEN: readonly SpokenLanguage[] = ['ja', 'en'];

/** How fast a voice that tells nothing speaks: learned from how long its sentences take. */
export class SpeakingRate {
  readonly #pronouncer: Pronouncer | undefined;
  #msPerPhoneme = MS_PER_PHONEME;

  constructor(pronouncer: Pronouncer | undefined) {
    this.#pronouncer = pronouncer;
  }

  /** How a text is read; undefined: nobody knows. Never rejects. */
  async read(text: string, language: string | undefined): Promise<readonly SpokenWord[] | undefined> {
    const spoken = SPOKEN.find((known) => language?.startsWith(known));
    if (this.#pronouncer === undefined || (language !== undefined && spoken === undefined)) return undefined;
    return this.#pronouncer.pronounce(text, spoken).catch(() => undefined);
  }

  /** The text from there on took so long. */
  learn(text: string, from: number, tookMs: number, read?: readonly SpokenWord[]): void {
    const phonemes = weights(text, read)
      .slice(from)
      .reduce((sum, one) => sum + one, 0);
    if (phonemes < 4 || tookMs <= 0) return;
    const measured = Math.max(MS_PER_PHONEME / 4, Math.min(MS_PER_PHONEME * 4, tookMs / phonemes));
    this.#msPerPhoneme += LEARNED * (measured - this.#msPerPhoneme);
  }

  /** How far it is after that time. */
  reached(text: string, from: number, elapsedMs: number, read?: readonly SpokenWord[]): number {
    let leftPhonemes = elapsedMs / this.#msPerPhoneme;
    const letters = weights(text, read);
    for (let at = from; at < text.length; at++) {
      leftPhonemes -= letters[at] ?? 0;
      if (leftPhonemes < 0) return at;
    }
    return text.length;
  }
}

/** Phonemes of each UTF-16 unit. */
function weights(text: string, read: readonly SpokenWord[] | undefined): readonly number[] {
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
