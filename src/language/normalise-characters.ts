import { type Edit, edits } from './mapped-text.js';

/** Fixed before anything else looks at the text, so that what comes after knows one form of each character. */
const CHARACTERS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/\r\n?|[\u0085\u2028\u2029\v\f]/g, () => '\n'],
  // Half a character, as a cut leaves it, and what Unicode will never assign.
  [/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, () => ''],
  // Control, private use, unassigned; format characters (zero width, direction, BOM) but those that join emoji.
  [/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g, () => ''],
  [
    /\u034f|[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f\ufeff\ufff9-\ufffd]/g,
    () => '',
  ],
  [/[\p{Co}\p{Cn}]/gu, () => ''],
  [/[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]/g, () => ' '],
  // More means nothing, here and to Markdown.
  [/ {9,}/g, () => '        '],
  [/\n{3,}/g, () => '\n\n'],
  // Full-width letters, digits and the signs that numbers are written with; 。！？（） stay as Japanese has them.
  [/[０-９Ａ-Ｚａ-ｚ＃＄％＆＊＋＝＠＿｀｜＜＞／：．，；＼＾［］｛｝－￥]+/g, (found) => halfWidth(found)],
  [/[\uff65-\uff9f]+/g, (found) => found.normalize('NFKC')],
  // ℃, ㎏, ㍉, ①, Ⅳ, ﬁ …: as letters and digits.
  [
    /[\u2100-\u2138\u2150-\u218b\u2460-\u249b\u24ea\u3200-\u33ff\ufb00-\ufb06]/gu,
    (found) => compatible(found),
  ],
  [/[¼-¾⅐-⅞]/g, (found) => ` ${found.normalize('NFKC').replace('⁄', '/')}`],
  [/[²³¹]/g, (found) => ({ '²': '^2', '³': '^3' })[found] ?? ''],
  [/[‐‑‒−﹣]/g, () => '-'],
  [/[‘’‛]/g, () => "'"],
  [/[“”‟]/g, () => '"'],
];

/** Line ends, width, control and invisible characters. */
export function characterForms(text: string): Edit[] {
  return CHARACTERS.flatMap(([pattern, form]) =>
    edits(text, pattern, ([found]) => (form(found) === found ? undefined : form(found))),
  );
}

function halfWidth(found: string): string {
  return [...found].map((letter) => (letter === '￥' ? '¥' : letter.normalize('NFKC'))).join('');
}

/** `①` is `1` but must not run into what follows; the rest as Unicode has it. */
function compatible(found: string): string {
  const plain = found.normalize('NFKC');
  if (/[\u2460-\u249b\u24ea]/.test(found)) return ` ${plain.replace(/[().]/g, '')} `;
  return plain;
}
