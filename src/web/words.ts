// The emitter's own file: the index of runtime/ would bring code that only Node can run.
import { Emitter } from '../runtime/emitter.js';
import { byId } from './dom.js';
import { isTextKey, type Language, type TextKey, textOf, textPieces } from './texts.js';

const STORED_AS = 'mmdagent-bridge.language';

/** The page's language: chosen, remembered, else the browser's. Says everything in it. */
export class Words {
  readonly events = new Emitter<{ changed: [] }>();
  #language: Language;

  constructor() {
    this.#language = stored() ?? (navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en');
    for (const language of ['en', 'ja'] as const) {
      byId(`lang-${language}`).addEventListener('click', () => this.#choose(language));
    }
    this.#show();
  }

  get language(): Language {
    return this.#language;
  }

  say(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
    return textOf(this.#language, key, values);
  }

  /** As `say`, with each filled-in value in bold. */
  sayBold(key: TextKey, values: Readonly<Record<string, string>>): (Node | string)[] {
    return textPieces(this.#language, key).map((piece) => {
      const value = /^\{(\w+)\}$/.exec(piece)?.[1];
      if (value === undefined) return piece;
      const bold = document.createElement('strong');
      bold.textContent = values[value] ?? '';
      return bold;
    });
  }

  /** An error in plain words, then what was said exactly, with its code. */
  sayError(error: { readonly code: string; readonly message: string }): (Node | string)[] {
    const exact = document.createElement('code');
    exact.textContent = `${error.code}: ${error.message}`;
    return [isTextKey(error.code) ? this.say(error.code) : this.say('unknownError'), exact];
  }

  #choose(language: Language): void {
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
    for (const language of ['en', 'ja']) {
      byId(`lang-${language}`).setAttribute('aria-pressed', String(language === this.#language));
    }
    for (const element of document.querySelectorAll<HTMLElement | SVGElement>(
      '[data-t],[data-t-label],[data-t-placeholder],[data-t-title]',
    )) {
      const { t, tLabel, tPlaceholder, tTitle } = element.dataset as Readonly<
        Record<string, string | undefined>
      > & {
        t?: string;
        tLabel?: string;
        tPlaceholder?: string;
        tTitle?: string;
      };
      if (t !== undefined && isTextKey(t)) element.textContent = this.say(t);
      if (tLabel !== undefined && isTextKey(tLabel)) element.setAttribute('aria-label', this.say(tLabel));
      if (tPlaceholder !== undefined && isTextKey(tPlaceholder))
        element.setAttribute('placeholder', this.say(tPlaceholder));
      if (tTitle !== undefined && isTextKey(tTitle)) element.setAttribute('title', this.say(tTitle));
    }
  }
}

function stored(): Language | undefined {
  try {
    const value = localStorage.getItem(STORED_AS);
    return value === 'en' || value === 'ja' ? value : undefined;
  } catch {
    return undefined;
  }
}
