import type { Pronouncer, SpokenLanguage, SpokenWord } from '../language/index.js';

/** Sentences that lips and heard text both ask for. */
const KEPT = 32;

/** Reads each text once, for all who ask within a short while. */
export class SharedPronouncer implements Pronouncer {
  readonly #pronouncer: Pronouncer;
  readonly #known = new Map<string, Promise<readonly SpokenWord[]>>();

  constructor(pronouncer: Pronouncer) {
    this.#pronouncer = pronouncer;
  }

  pronounce(text: string, language?: SpokenLanguage): Promise<readonly SpokenWord[]> {
    const key = `${language ?? ''} ${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const asked = this.#pronouncer.pronounce(text, language);
    this.#known.set(key, asked);
    asked.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
    return asked;
  }
}
