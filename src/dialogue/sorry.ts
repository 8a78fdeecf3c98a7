const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** What is said when a turn fails, in the language of what the user said; before any words, in that of the recognizer. */
export function sorryText(sorry: string | undefined, userText: string, language: string): string {
  if (sorry !== undefined) return sorry;
  const isJapanese = userText === '' ? /^ja\b/i.test(language) : JAPANESE.test(userText);
  return isJapanese
    ? 'すみません、うまくいきませんでした。もう一度お願いします。'
    : 'Sorry, something went wrong. Please say it again.';
}

/** What is said when a guard blocks and has no words of its own. */
export function blockedText(userText: string, language: string): string {
  const isJapanese = userText === '' ? /^ja\b/i.test(language) : JAPANESE.test(userText);
  return isJapanese ? 'すみません、それにはお答えできません。' : 'Sorry, I cannot talk about that.';
}
