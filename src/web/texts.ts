import { CONSOLE_EN } from './console/texts-en.js';
import { CONSOLE_JA } from './console/texts-ja.js';
import type { PageTexts } from './page-words.js';
import { EN as SHELL_EN } from './texts-en.js';
import { JA as SHELL_JA } from './texts-ja.js';

const EN = { ...SHELL_EN, ...CONSOLE_EN };

export type TextKey = keyof typeof EN;

export const TEXTS: PageTexts<TextKey> = {
  en: EN,
  ja: { ...SHELL_JA, ...CONSOLE_JA },
};

/** Whether the page has words of its own for it; error codes do mostly. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(EN, key);
}
