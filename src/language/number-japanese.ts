import { type Edit, edits } from './mapped-text.js';
import { anyOf, MONIES, type Money, UNITS } from './number-units.js';
import { japaneseDigits, japaneseNumber, MAX_CARDINAL_DIGITS, plainNumber } from './number-words.js';

type Say = (match: RegExpExecArray) => string | undefined;

const NUMBER = '\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?';
const NOT_IN_NUMBER = '(?<![A-Za-z\\d]|\\d[.,:/-])';
const SCALE = '(千万|百万|十万|[千万億兆])?';
const UNIT = anyOf(UNITS.map(({ written }) => written));
const CODE = MONIES.map(({ code }) => code).join('|');
const SIGN = anyOf(MONIES.flatMap(({ signs }) => signs));
const WEEKDAY = '(?=\\s?[(（][月火水木金土日](?:曜日?)?[・祝)）])';
const HOURS_MIN = '([01]?\\d|2[0-4]):([0-5]\\d)(?::([0-5]\\d))?';

/** Each is tried on the whole text; where two want the same place, the earlier in this list has it. */
const RULES: readonly (readonly [RegExp, Say])[] = [
  rule(`${NOT_IN_NUMBER}(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})(?![\\d/.-])`, (m) => date(m[1], m[2], m[3])),
  rule(`${NOT_IN_NUMBER}(\\d{1,2})/(\\d{1,2})${WEEKDAY}`, (m) => date(undefined, m[1], m[2])),
  rule(`${NOT_IN_NUMBER}${HOURS_MIN}(?![\\d:])`, clockTime),
  rule(`(?<![A-Za-z\\d.])(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?![\\d.])`, (m) =>
    m
      .slice(1)
      .map((part) => japaneseDigits(part ?? ''))
      .join('テン'),
  ),
  rule(
    `(?<![A-Za-z\\d.])(?:([vV](?:er(?:sion)?)?\\.? ?)(\\d+(?:\\.\\d+)*)|(\\d+(?:\\.\\d+){2,}))(?![\\d])`,
    (m) => `${m[1] === undefined ? '' : 'バージョン'}${(m[2] ?? m[3] ?? '').split('.').join('点')}`,
  ),
  rule(
    `(?<![A-Za-z\\d.,/+-])(?:\\+\\d{1,3}[ -]?)?(?:\\(\\d{1,5}\\)[ -]?|\\d{1,5}-)(?:\\d{1,5}-)*\\d{3,5}(?![\\d]|[.,:/%-]\\d)`,
    phone,
  ),
  rule(`(${SIGN})\\s?(${NUMBER})${SCALE}`, (m) => money(bySign(m[1]), m[2], m[3])),
  rule(`${NOT_IN_NUMBER}(${NUMBER})${SCALE}\\s?(${SIGN})`, (m) => money(bySign(m[3]), m[1], m[2])),
  rule(`${NOT_IN_NUMBER}(${NUMBER})${SCALE} ?(${CODE})(?![A-Za-z])`, (m) => money(byCode(m[3]), m[1], m[2])),
  rule(
    `${NOT_IN_NUMBER}(${NUMBER})(\\s?%|\\p{L}{0,2})?\\s?[〜～~–—]\\s?(?=${NUMBER})`,
    (m) => `${plainNumber(m[1] ?? '')}${(m[2] ?? '').replace(/\s?%/, 'パーセント')}から`,
  ),
  rule(`${NOT_IN_NUMBER}(${NUMBER})-(?=(${NUMBER})(?!-))`, risingRange),
  rule(`${NOT_IN_NUMBER}(${NUMBER})\\s?%`, (m) => `${plainNumber(m[1] ?? '')}パーセント`),
  rule(`${NOT_IN_NUMBER}(\\d{1,4})/(\\d{1,4})(?![\\d/.])`, fractionOrDate),
  rule(`${NOT_IN_NUMBER}(${NUMBER})\\s?(${UNIT})(?![A-Za-z\\d])`, measure),
  rule(`(?:#|(?<![A-Za-z])[Nn][Oo]\\.\\s?|№\\s?)(?=\\d)`, () => 'ナンバー'),
  // Behind kanji and katakana it may be part of a name (`テスト-1`), unless a temperature follows.
  rule(`(?<=^|[\\s(（「、。:=\\p{Script=Hiragana}])-(?=\\d)`, () => 'マイナス'),
  rule(`(?<=[\\p{Script=Han}\\p{Script=Katakana}ー])-(?=(?:${NUMBER})(?:\\s?°|度))`, () => 'マイナス'),
  rule(`(?<=日\\s?[(（])([月火水木金土日])(?=[・祝)）])`, (m) => `${m[1]}曜`),
  rule(`(?<![A-Za-z\\d.])(?:0\\d+|\\d{${MAX_CARDINAL_DIGITS + 1},})(?![\\d.])`, (m) => japaneseDigits(m[0])),
  rule(`(?<=\\d),(?=\\d{3}(?!\\d))`, () => ''),
];

const LEFT = /\d+(?:\.\d+)?/g;

/**
 * Numbers of a Japanese text as a Japanese engine reads them right: signs become words, digits stay digits, since the engine knows
 * how counters change them (一本 is いっぽん).
 */
export function japaneseNumberEdits(text: string): Edit[] {
  return RULES.flatMap(([pattern, say]) => edits(text, pattern, say));
}

/** The digits that are left, in kanji, for engines that read digits one by one or not at all. */
export function kanjiNumberEdits(text: string): Edit[] {
  return edits(text, LEFT, ([digits]) => japaneseNumber(digits));
}

function rule(pattern: string, say: Say): readonly [RegExp, Say] {
  return [new RegExp(pattern, 'gu'), say];
}

function date(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): string | undefined {
  if (!isDate(Number(month), Number(day))) return undefined;
  return `${year === undefined ? '' : `${Number(year)}年`}${Number(month)}月${Number(day)}日`;
}

function isDate(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function clockTime(match: RegExpExecArray): string {
  const [, hour, minute, second] = match;
  const minutes = minute === '00' && second === undefined ? '' : `${Number(minute)}分`;
  return `${Number(hour)}時${minutes}${second === undefined ? '' : `${Number(second)}秒`}`;
}

function phone(match: RegExpExecArray): string | undefined {
  const groups = match[0].match(/\d+/g) ?? [];
  const digits = groups.join('').length;
  if (digits < 7 || digits > 15 || groups.length < 2) return undefined;
  const said = groups.map((group) => japaneseDigits(group)).join('、');
  return match[0].startsWith('+') ? `プラス${said}` : said;
}

function bySign(sign: string | undefined): Money | undefined {
  return MONIES.find(({ signs }) => signs.includes(sign ?? ''));
}

function byCode(code: string | undefined): Money | undefined {
  return MONIES.find((candidate) => candidate.code === code);
}

function money(of: Money | undefined, amount = '', scale = ''): string | undefined {
  if (of === undefined) return undefined;
  const plain = plainNumber(amount);
  const [whole, part] = plain.split('.');
  if (of.cent === undefined || part?.length !== 2 || scale !== '') return `${plain}${scale}${of.japanese}`;
  const cents = Number(part) === 0 ? '' : `${Number(part)}${of.cent.japanese}`;
  return `${whole}${of.japanese}${cents}`;
}

/** `3-5` counts up; `5-3` is something else. */
function risingRange(match: RegExpExecArray): string | undefined {
  const from = plainNumber(match[1] ?? '');
  const to = plainNumber(match[2] ?? '');
  return Number(from) < Number(to) ? `${from}から` : undefined;
}

/** A proper fraction with a small denominator, else a day where there is one. */
function fractionOrDate(match: RegExpExecArray): string | undefined {
  const top = Number(match[1]);
  const bottom = Number(match[2]);
  if (top < bottom && bottom <= 10 && top > 0) return `${bottom}分の${top}`;
  return isDate(top, bottom) ? `${top}月${bottom}日` : `${bottom}分の${top}`;
}

function measure(match: RegExpExecArray): string | undefined {
  const [, amount = '', written] = match;
  const unit = UNITS.find((candidate) => candidate.written === written);
  return unit === undefined ? undefined : `${plainNumber(amount)}${unit.japanese}`;
}
