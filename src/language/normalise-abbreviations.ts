import { type Edit, edits } from './mapped-text.js';

const ROWS: readonly (readonly [RegExp, string])[] = [
  [/\bDr\.(?=\s+\p{Lu})/gu, 'Doctor'],
  [/\bMr\.(?=\s|$)/gu, 'Mister'],
  [/\bMrs\.(?=\s|$)/gu, 'Missus'],
  [/\bMs\.(?=\s|$)/gu, 'Miz'],
  [/\bProf\.(?=\s|$)/gu, 'Professor'],
  [/\bSt\.(?=\s+\p{Lu}\p{Ll})/gu, 'Saint'],
  [/(?<=\p{L}\s)St\.(?=\s|,|$)/gu, 'Street'],
  [/(?<=\p{L}\s)Ave\.(?=\s|,|$)/gu, 'Avenue'],
  [/\bJr\./gu, 'Junior'],
  [/\bSr\./gu, 'Senior'],
  [/\be\.\s?g\.,?(?=\s|$)/giu, 'for example,'],
  [/\bi\.\s?e\.,?(?=\s|$)/giu, 'that is,'],
  [/\betc\.(?=\s+\p{Lu}|\s*$)/gu, 'et cetera.'],
  [/\betc\.?(?!\p{L})/gu, 'et cetera'],
  [/\bvs\.?(?=\s|$)/giu, 'versus'],
  [/\bapprox\.(?=\s|$)/giu, 'approximately'],
  [/\bca\.(?=\s|$)/gu, 'about'],
  [/\bw\/o(?=\s|$)/giu, 'without'],
  [/\bw\/(?=\s|$)/giu, 'with'],
  [/\bfig\.(?=\s?\d)/giu, 'figure'],
  [/\bvol\.(?=\s?\d)/giu, 'volume'],
  [/\bch\.(?=\s?\d)/giu, 'chapter'],
  [/\bpp\.(?=\s?\d)/giu, 'pages'],
  [/\bp\.(?=\s?\d)/gu, 'page'],
  [/\bdept\.(?=\s|$)/giu, 'department'],
  [/\best\.(?=\s?\d)/giu, 'established'],
  [/\ba\.m\.(?=\s+\p{Lu}|\s*$)/gu, 'A M.'],
  [/\bp\.m\.(?=\s+\p{Lu}|\s*$)/gu, 'P M.'],
  [/\ba\.m\./gu, 'A M'],
  [/\bp\.m\./gu, 'P M'],
];

/** English abbreviations that voices read wrong or stop at. Months and `No.` belong to numbers. */
export function abbreviationEdits(text: string): Edit[] {
  return ROWS.flatMap(([pattern, said]) => edits(text, pattern, ([found]) => capitalAs(found, said)));
}

function capitalAs(found: string, said: string): string {
  const isCapital = /^\p{Lu}/u.test(found) && !/^\p{Lu}/u.test(said);
  return isCapital ? said.charAt(0).toUpperCase() + said.slice(1) : said;
}
