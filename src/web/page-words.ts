// The emitter's own file: the index of runtime/ would bring code that only Node can run.
import { Emitter } from '../runtime/emitter.js';

export type PageLanguage = 'en' | 'ja';

/** One page's texts; `{name}` is filled in. */
export type PageTexts<Key extends string> = Readonly<Record<PageLanguage, Readonly<Record<Key, string>>>>;

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** One choice for all pages. */
const STORED_AS = 'mmdagent-bridge.language';

/**
 * A page's language: asked for in its address, chosen and remembered, else the browser's. Says everything in it: elements with
 * `data-t` and its kin, and buttons `#lang-en` and `#lang-ja` where there are any.
 */
export class PageWords<Key extends string> {
  readonly events = new Emitter<{ changed: [] }>();
  readonly #texts: PageTexts<Key>;
  #language: PageLanguage;

  /** @param asked - of the page's address; beats what is remembered, and is not remembered itself. */
  constructor(texts: PageTexts<Key>, asked: string | null = null) {
    this.#texts = texts;
    this.#language =
      languageOf(asked) ?? stored() ?? (navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en');
    for (const language of ['en', 'ja'] as const)
      document.getElementById(`lang-${language}`)?.addEventListener('click', () => this.#choose(language));
    this.#show();
  }

  get language(): PageLanguage {
    return this.#language;
  }

  isKey(key: string | undefined): key is Key {
    return key !== undefined && Object.hasOwn(this.#texts.en, key);
  }

  /** A text as it stands, with its blanks. */
  protected text(key: Key): string {
    return this.#texts[this.#language][key];
  }

  say(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
    return this.text(key).replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank));
  }

  /** An error in plain words where there are any, then what was said exactly, with its code. */
  sayError(error: Failure, otherwise: Key): (Node | string)[] {
    const exact = document.createElement('code');
    exact.textContent = `${error.code}: ${error.message}`;
    return [this.say(this.isKey(error.code) ? error.code : otherwise), exact];
  }

  #choose(language: PageLanguage): void {
    this.#language = language;
    try {
      localStorage.setItem(STORED_AS, language);
    } catch {
      // Not remembered where storage is off.
    }
    this.#show();
    this.events.emit('changed');
  }

  #show(): void {
    document.documentElement.lang = this.#language;
    for (const language of ['en', 'ja'] as const)
      document
        .getElementById(`lang-${language}`)
        ?.setAttribute('aria-pressed', String(language === this.#language));
    for (const element of document.querySelectorAll<HTMLElement | SVGElement>(
      '[data-t],[data-t-label],[data-t-placeholder],[data-t-title]',
    )) {
      const { t, tLabel, tPlaceholder, tTitle } = element.dataset as Readonly<
        Partial<Record<'t' | 'tLabel' | 'tPlaceholder' | 'tTitle', string>>
      >;
      if (this.isKey(t)) element.textContent = this.say(t);
      if (this.isKey(tLabel)) element.setAttribute('aria-label', this.say(tLabel));
      if (this.isKey(tPlaceholder)) element.setAttribute('placeholder', this.say(tPlaceholder));
      if (this.isKey(tTitle)) element.setAttribute('title', this.say(tTitle));
    }
  }
}

function stored(): PageLanguage | undefined {
  try {
    return languageOf(localStorage.getItem(STORED_AS));
  } catch {
    return undefined;
  }
}

function languageOf(value: string | null): PageLanguage | undefined {
  return value === 'en' || value === 'ja' ? value : undefined;
}
