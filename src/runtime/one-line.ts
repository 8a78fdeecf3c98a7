/** A text in one line: each run of blanks and line breaks is one blank, none at either end. */
export function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
