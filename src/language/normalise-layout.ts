import { type Edit, edits } from './mapped-text.js';
import { BLOCK_END } from './normalise-markdown.js';
import type { RunLanguage } from './split-languages.js';

const PAUSE_BEFORE = /[.,;:!?…、。！？：；]["'」』)）]*$/;
const WIDE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー、。！？「」『』（）]$/u;

const BULLET = /(?<=^|\n)[ \u3000]*[・•‣◦●○■□◆◇▪▸►▶✓✔※][ \u3000]*/g;

/** Lists that are no Markdown: their marks become the border of a paragraph. Before Markdown. */
export function bulletEdits(text: string): Edit[] {
  return edits(text, BULLET, () => '\n');
}

/** Breaks of lines and blocks: pauses where one is heard, nothing else. */
export function breakEdits(text: string, languageAt: (position: number) => RunLanguage): Edit[] {
  return edits(text, /\s+/g, ({ 0: found, index }) => {
    if (!/[\n\u2029]/.test(found)) return undefined;
    const before = text.slice(Math.max(0, index - 8), index);
    const isAtEdge = index === 0 || index + found.length === text.length;
    if (isAtEdge) return '';
    const isJapanese = languageAt(Math.max(0, index - 1)) === 'ja';
    const gap = isJapanese ? '' : ' ';
    if (PAUSE_BEFORE.test(before)) return gap;
    if (found.includes(BLOCK_END)) return isJapanese ? '。' : '. ';
    // Japanese is not broken at blanks: who breaks a line there means a pause. English lines that begin anew do too.
    if (isJapanese) return WIDE.test(before) ? '、' : ' ';
    return /^\p{Lu}/u.test(text.slice(index + found.length)) ? ', ' : ' ';
  });
}

/** A number at the beginning must not look like that of a list, when what stood before it is gone. */
export function startEdits(text: string, languageAt: (position: number) => RunLanguage): Edit[] {
  return edits(text, /(?<=^\d{1,9})[.)](?=\s|$)/g, () => (languageAt(0) === 'ja' ? '、' : ','));
}

/** Blanks in a row, before anything looks at blanks: patterns with blanks in them take a time that grows with the square of their number. */
export function blankEdits(text: string): Edit[] {
  return edits(text, / {2,}/g, () => ' ');
}

/**
 * What is taken out leaves blanks, empty brackets and marks without a sentence behind. A row that something must follow is only tried
 * from its first letter: from each it would take the square of its length.
 */
const TIDY: readonly (readonly [RegExp, (found: string) => string])[] = [
  [
    /[(（「『"'][.,;:、。…\s]*[)）」』"'](?=["'\s]|$)|[(（「『][.,;:、。…\s]*[)）」』]/g,
    (found) => (/^(["']).*[^"']$/.test(found) ? found : ' '),
  ],
  [/^(?:[\s.,;:!?…、。！？・)）」』，．-]|\+\s)+/g, () => ''],
  [/(?<!\s)\s+(?=[.,;:!?…、。！？)）」』])/g, () => ''],
  [/(?<=[(（「『、。！？」』）])\s+/g, () => ''],
  [/(?<![,;:、])[,;:、]+(?=[.!?。！？…])/g, () => ''],
  [/(?<=[.!?。！？…])\s*[,;:、]+/g, () => ''],
  [/(?<=[!?。！？…])[.。]+/g, () => ''],
  [/([,;:、。!?！？…・])\1+/g, (found) => found.charAt(0)],
  [/[,;、]\s*[,;、][\s,;、]*/g, (found) => (found.includes('、') ? '、' : ', ')],
  [/\s{2,}|[\t\n]/g, () => ' '],
  [/(?<!\s)\s+$/g, () => ''],
];

/** Blanks, doubled marks and empty brackets. Run until nothing changes. */
export function tidyEdits(text: string): Edit[] {
  return TIDY.flatMap(([pattern, tidy]) =>
    edits(text, pattern, ([found]) => (tidy(found) === found ? undefined : tidy(found))),
  );
}
