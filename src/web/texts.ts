import { CONSOLE_EN } from './console/texts-en.js';
import { CONSOLE_JA } from './console/texts-ja.js';
import { EN as SHELL_EN } from './texts-en.js';
import { JA as SHELL_JA } from './texts-ja.js';

export type Language = 'en' | 'ja';

const EN = { ...SHELL_EN, ...CONSOLE_EN };

export type TextKey = keyof typeof EN;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = {
  en: EN,
  ja: { ...SHELL_JA, ...CONSOLE_JA },
};

/** Whether the page has words of its own for it; error codes do mostly. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(EN, key);
}

/** The pieces of a text around its blanks: for putting elements into the blanks. */
export function textPieces(language: Language, key: TextKey): string[] {
  return TEXTS[language][key].split(/(\{\w+\})/);
}

export function textOf(
  language: Language,
  key: TextKey,
  values: Readonly<Record<string, string | number>>,
): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank));
}
