import type { Pronouncer, SpokenLanguage, SpokenWord } from '../language/index.js';

/** Sentences that lips and heard text both ask for. */
const KEPT = 32;

const SAMPLES = [
  { language: 'ja', text: 'はい' },
  { language: 'en', text: 'yes' },
] as const;

/** Reads each text once, for all who ask within a short while. */
export class SharedPronouncer implements Pronouncer {
  readonly #pronouncer: Pronouncer;
  readonly #known = new Map<string, Promise<readonly SpokenWord[]>>();

  constructor(pronouncer: Pronouncer) {
    this.#pronouncer = pronouncer;
  }

  /** Loads what texts of a language need, so that none waits for it; undefined: it is not known which. Never rejects. */
  async prepare(language: string | undefined): Promise<void> {
    const known = SAMPLES.find((sample) => language?.startsWith(sample.language));
    if (known !== undefined) await this.pronounce(known.text, known.language).catch(() => {});
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
