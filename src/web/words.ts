import { PageWords } from './page-words.js';
import { TEXTS, type TextKey } from './texts.js';

/** The words of the shell and the console. */
export class Words extends PageWords<TextKey> {
  constructor() {
    super(TEXTS);
  }

  /** As `say`, with each filled-in value in bold. */
  sayBold(key: TextKey, values: Readonly<Record<string, string>>): (Node | string)[] {
    return this.text(key)
      .split(/(\{\w+\})/)
      .map((piece) => {
        const value = /^\{(\w+)\}$/.exec(piece)?.[1];
        if (value === undefined) return piece;
        const bold = document.createElement('strong');
        bold.textContent = values[value] ?? '';
        return bold;
      });
  }

  override sayError(
    error: { readonly code: string; readonly message: string },
    otherwise: TextKey = 'unknownError',
  ): (Node | string)[] {
    return super.sayError(error, otherwise);
  }
}
