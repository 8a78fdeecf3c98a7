/** Readings of 0 to 9 where nothing behind them changes them. */
export const DIGIT_READINGS = ['ゼロ', 'イチ', 'ニ', 'サン', 'ヨン', 'ゴ', 'ロク', 'ナナ', 'ハチ', 'キュー'];
const LARGER_READINGS: Readonly<Record<number, string>> = {
  10: 'ジュー',
  100: 'ヒャク',
  300: 'サンビャク',
  600: 'ロッピャク',
  800: 'ハッピャク',
  1000: 'セン',
  3000: 'サンゼン',
  10000: 'マン',
};
/** Ends with 億 or more, which no counter changes. */
const BEYOND = 100_000_000;
/** As telephone numbers are said: two beats each. */
const SPELLED_DIGITS = ['ゼロ', 'イチ', 'ニー', 'サン', 'ヨン', 'ゴー', 'ロク', 'ナナ', 'ハチ', 'キュー'];
const KANJI_DIGITS = '〇一二三四五六七八九';
const SMALL_UNITS: readonly (readonly [kanji: string, zeros: number])[] = [
  ['千', 3],
  ['百', 2],
  ['十', 1],
];
const BIG_UNITS: readonly (readonly [kanji: string, reading: string])[] = [
  ['', ''],
  ['万', 'マン'],
  ['億', 'オク'],
  ['兆', 'チョー'],
  ['京', 'ケー'],
];
const MAX_DIGITS = 4 * BIG_UNITS.length;

/** A number in Japanese, cut before what may change with a counter behind it: 百二十 is `ヒャクニ` and ten. */
export interface NumeralReading {
  /** Of all but the last part, katakana as pronounced. */
  readonly head: string;
  /** The part that a counter changes, one of `plainReading`'s; a digit of a fraction counts as a digit. */
  readonly last: number;
}

export const isNumeral = (text: string): boolean =>
  /^(?:[\d〇零一二三四五六七八九十百千万億兆京]+)(?:[.．点]\d+)?$/.test(text);

/**
 * Digits of a number written with digits, kanji or both: 二〇二五 and 二千二十五 are `2025`, 3万 is `30000`.
 *
 * @param text - for which `isNumeral`.
 * @returns Undefined where the kanji make no number, such as 十百.
 */
export function digitsOfNumeral(text: string): string | undefined {
  const [whole = '', fraction] = text.replace(/零/g, '〇').split(/[.．点]/);
  const plain = whole.replace(/[〇一二三四五六七八九]/g, (digit) => String(KANJI_DIGITS.indexOf(digit)));
  const digits = /^\d+$/.test(plain) ? plain : digitsOfUnits(plain);
  return digits === undefined || fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** @param digits - as `digitsOfNumeral` gives them. */
export function readNumeral(digits: string): NumeralReading {
  const [whole = '0', fraction] = digits.split('.');
  if (fraction !== undefined) {
    const last = Number(fraction.at(-1) ?? 0);
    const between = [...fraction.slice(0, -1)].map((digit) => DIGIT_READINGS[Number(digit)]).join('');
    return { head: `${beforePoint(whole)}テン${between}`, last };
  }
  if (whole.length > MAX_DIGITS || (whole.length > 1 && whole.startsWith('0')))
    return { head: spelledDigits(whole.slice(0, -1)), last: Number(whole.at(-1) ?? 0) };
  return cardinal(whole);
}

/** One after the other, as in telephone numbers. */
export function spelledDigits(digits: string): string {
  return [...digits].map((digit) => SPELLED_DIGITS[Number(digit)] ?? '').join('');
}

/** The last part where no counter changes it. @param last - 0 to 10, a hundred or thousand with its digit, 10 000, or beyond: nothing. */
export function plainReading(last: number): string {
  return DIGIT_READINGS[last] ?? LARGER_READINGS[last] ?? '';
}

function beforePoint(whole: string): string {
  if (/^0*$/.test(whole)) return 'レー';
  const { head, last } = readNumeral(whole);
  const joined: Readonly<Record<number, string>> = { 1: 'イッ', 8: 'ハッ', 10: 'ジュッ' };
  return head + (joined[last] ?? plainReading(last));
}

function cardinal(whole: string): NumeralReading {
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 4) groups.unshift(whole.slice(Math.max(0, end - 4), end));
  const parts: (string | number)[] = [];
  for (const [index, group] of groups.entries()) {
    const [, unit = ''] = BIG_UNITS[groups.length - 1 - index] ?? [];
    if (Number(group) === 0) continue;
    const inGroup = partsOfGroup(group, unit !== '');
    const last = inGroup.at(-1);
    // 一兆 is いっちょう, 十兆 じゅっちょう.
    if (/^[チケ]/.test(unit) && typeof last === 'number') inGroup.splice(-1, 1, shortened(last, unit));
    parts.push(...inGroup, ...(unit === '' ? [] : [unit]));
  }
  const last = parts.at(-1);
  const text = (part: string | number): string => (typeof part === 'string' ? part : plainReading(part));
  if (last === undefined) return { head: '', last: 0 };
  const isTenThousand = last === 'マン';
  if (typeof last === 'string' && !isTenThousand) return { head: parts.map(text).join(''), last: BEYOND };
  return { head: parts.slice(0, -1).map(text).join(''), last: isTenThousand ? 10_000 : Number(last) };
}

/** Up to four digits; readings, and at the end the number of the last part. */
function partsOfGroup(group: string, isBeforeUnit: boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  const padded = group.padStart(4, '0');
  for (const [index, zeros] of [3, 2, 1, 0].entries()) {
    const digit = Number(padded[index] ?? 0);
    if (digit === 0) continue;
    if (zeros === 0) parts.push(digit);
    else if (digit === 1 && !(zeros === 3 && isBeforeUnit)) parts.push(10 ** zeros);
    else parts.push(...multiple(digit, zeros));
  }
  return parts;
}

function multiple(digit: number, zeros: number): (string | number)[] {
  if (zeros === 3 && digit === 1) return ['イッセン'];
  const value = digit * 10 ** zeros;
  if (plainReading(value) !== '') return [value];
  return [zeros === 3 && digit === 8 ? 'ハッ' : plainReading(digit), 10 ** zeros];
}

function shortened(last: number, unit: string): string {
  if (last === 1) return 'イッ';
  if (last === 8) return 'ハッ';
  if (last === 10) return 'ジュッ';
  if (last === 6 && unit.startsWith('ケ')) return 'ロッ';
  return plainReading(last);
}

/** @param text - digits with 十, 百, 千 and 万, 億 … in falling order. */
function digitsOfUnits(text: string): string | undefined {
  let rest = text;
  let value = 0n;
  for (let power = BIG_UNITS.length - 1; power > 0; power--) {
    const [unit = ''] = BIG_UNITS[power] ?? [];
    const at = rest.indexOf(unit);
    if (at < 0) continue;
    const group = at === 0 ? undefined : smallValue(rest.slice(0, at));
    if (group === undefined) return undefined;
    value += BigInt(group) * 10n ** BigInt(4 * power);
    rest = rest.slice(at + 1);
  }
  const small = rest === '' ? 0 : smallValue(rest);
  return small === undefined ? undefined : String(value + BigInt(small));
}

function smallValue(text: string): number | undefined {
  let rest = text;
  let value = 0;
  for (const [unit, zeros] of SMALL_UNITS) {
    const at = rest.indexOf(unit);
    if (at < 0) continue;
    if (!/^\d?$/.test(rest.slice(0, at))) return undefined;
    value += (at === 0 ? 1 : Number(rest[0])) * 10 ** zeros;
    rest = rest.slice(at + 1);
  }
  if (!/^\d{0,4}$/.test(rest) || (value > 0 && rest.length > 1)) return undefined;
  return value + Number(rest);
}
