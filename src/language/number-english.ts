import { type Edit, edits } from './mapped-text.js';
import { anyOf, MONIES, type Money, UNITS } from './number-units.js';
import { englishDigits, englishNumber, englishOrdinal, englishYear, plainNumber } from './number-words.js';

type Say = (match: RegExpExecArray) => string | undefined;

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const MONTH =
  '(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?';
const NUMBER = '\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?';
const SCALE = '(?:\\s?(thousand|million|billion|trillion|[kKMBT])(?![\\p{L}\\d]))?';
const SCALES: Readonly<Record<string, string>> = {
  k: 'thousand',
  K: 'thousand',
  M: 'million',
  B: 'billion',
  T: 'trillion',
};
const NOT_IN_NUMBER = '(?<![\\p{L}\\d]|\\d[.,:/-])';
const NUMBER_ENDS = '(?![\\d]|[.,:/]\\d)';
/** Numbers in a row that are looked through for a telephone number, which is never as long. */
const MAX_GROUPS = 40;
const UNIT = anyOf(UNITS.map(({ written }) => written));
const CODE = MONIES.map(({ code }) => code).join('|');
const SIGN = anyOf(MONIES.flatMap(({ signs }) => signs));

/** Each is tried on the whole text; where two want the same place, the earlier in this list has it. */
const RULES: readonly (readonly [RegExp, Say])[] = [
  rule('(?<=^|[\\s(])-(?=\\d)', () => 'minus '),
  rule(
    `${NOT_IN_NUMBER}(\\d{4})-(\\d{2})-(\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::\\d{2}(?:\\.\\d+)?)?(?:Z|[+-]\\d{2}:?\\d{2})?)?(?![\\d-])`,
    isoDate,
  ),
  rule(`${NOT_IN_NUMBER}(\\d{4})/(\\d{1,2})/(\\d{1,2})(?![\\d/])`, (m) => dateOf(m[1], m[2], m[3])),
  rule(`${NOT_IN_NUMBER}(\\d{1,2})[/.](\\d{1,2})[/.](\\d{4})(?![\\d/])`, numericDate),
  rule(`\\b${MONTH} (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?(?![\\d:%]|[.,]\\d)`, (m) =>
    dateOf(m[3], monthOf(m[1]), m[2]),
  ),
  rule(`${NOT_IN_NUMBER}(\\d{1,2})(?:st|nd|rd|th)? (?:of )?${MONTH}(?:,? (\\d{4}))?(?![\\p{L}\\d])`, (m) =>
    dateOf(m[3], monthOf(m[2]), m[1]),
  ),
  rule(`\\b${MONTH},? (\\d{4})(?![\\p{L}\\d])`, (m) => monthYear(m[1], m[2])),
  rule(
    `${NOT_IN_NUMBER}([01]?\\d|2[0-4]):([0-5]\\d)(?::([0-5]\\d))?(?:\\s?([aApP])\\.?[mM]\\b\\.?)?(?![\\d:])`,
    clockTime,
  ),
  rule(
    `${NOT_IN_NUMBER}(1[0-2]|\\d)\\s?([aApP])\\.?[mM]\\b\\.?`,
    (m) => `${englishNumber(m[1] ?? '')} ${m[2]?.toUpperCase()} M`,
  ),
  rule(`(?<![\\p{L}\\d.])(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?![\\d.])`, (m) =>
    m
      .slice(1)
      .map((part) => englishDigits(part ?? ''))
      .join(' dot '),
  ),
  rule(`(?<![\\p{L}\\d.])([vV](?:er(?:sion)?)?\\.? ?)?(\\d+(?:\\.\\d+)+)(?![\\d])`, version),
  rule(`(?<![\\p{L}\\d.])[vV](\\d{1,4})(?![\\p{L}\\d.])`, (m) => `version ${englishNumber(m[1] ?? '')}`),
  rule(
    `(?<![\\p{L}\\d.,/+-])(?:\\+\\d{1,3}[ -]?)?(?:\\(\\d{1,5}\\)[ -]?|\\d{1,5}[ -])(?:\\d{2,5}[ -]){0,${MAX_GROUPS}}\\d{3,5}(?![\\d]|[.,:/%-]\\d)`,
    phone,
  ),
  rule(`(${SIGN})\\s?(${NUMBER})${SCALE}${NUMBER_ENDS}`, (m) => money(bySign(m[1]), m[2], m[3])),
  rule(`${NOT_IN_NUMBER}(${NUMBER})${SCALE}\\s?(${SIGN})`, (m) => money(bySign(m[3]), m[1], m[2])),
  rule(`${NOT_IN_NUMBER}(${NUMBER})${SCALE} ?(${CODE})(?![\\p{L}])`, (m) => money(byCode(m[3]), m[1], m[2])),
  rule(`(?<![\\p{L}])(${CODE}) ?(${NUMBER})${SCALE}${NUMBER_ENDS}`, (m) => money(byCode(m[1]), m[2], m[3])),
  rule(
    `${NOT_IN_NUMBER}(${NUMBER})\\s?(?:[–—~〜～]|-(?=\\d)|-(?=\\$))\\s?(${NUMBER})(\\s?%|\\s?(?:${UNIT})(?![\\p{L}\\d]))?${NUMBER_ENDS}(?!-\\d)`,
    range,
  ),
  rule(`${NOT_IN_NUMBER}(${NUMBER})\\s?%`, (m) => `${amountOf(m[1])} percent`),
  rule(`${NOT_IN_NUMBER}24/7(?!\\d)`, () => 'twenty-four seven'),
  rule(`${NOT_IN_NUMBER}(\\d{1,4}) +(\\d{1,4})/(\\d{1,4})(?![\\d/.])`, mixedNumber),
  rule(`${NOT_IN_NUMBER}(\\d{1,4})/(\\d{1,4})(?![\\d/.])`, (m) => fractionOf(Number(m[1]), Number(m[2]))),
  rule(`${NOT_IN_NUMBER}(\\d{1,3}(?:,\\d{3})+|\\d{1,15})(?:st|nd|rd|th)(?![\\p{L}\\d])`, (m) =>
    englishOrdinal(plainNumber(m[1] ?? '')),
  ),
  rule(`(?<![\\p{L}\\d])(\\d{2})?'?(\\d0)'?s(?![\\p{L}\\d])`, decade),
  rule(`${NOT_IN_NUMBER}(${NUMBER})\\s?(${UNIT})(?![\\p{L}\\d]|'\\p{L})`, measure),
  rule(
    `(?<![\\p{L}\\d])(?:#|[Nn]o\\.\\s?|№\\s?)(\\d{1,15})(?!\\d)`,
    (m) => `number ${englishNumber(m[1] ?? '')}`,
  ),
  rule(
    `\\b([Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Ff]rom|[Yy]ear|[Oo]f|[Dd]uring|[Aa]round|[Bb]efore|[Aa]fter) (1[1-9]\\d\\d|20\\d\\d)(?![\\p{L}\\d%]|[.,:]\\d| ?(?:${UNIT})\\b)`,
    (m) => `${m[1]} ${englishYear(m[2] ?? '')}`,
  ),
  rule(`(?<![\\p{L}\\d.,:/-])(1[89]\\d\\d|20[0-4]\\d)(?=\\s*(?:[.,;:!?)]|$))(?![.,:]\\d)`, (m) =>
    englishYear(m[1] ?? ''),
  ),
  rule(`(?<=(\\p{L})?)(${NUMBER})(?=(\\p{L})?)`, (m) =>
    spaced(m[1], englishNumber(plainNumber(m[2] ?? '')), m[3]),
  ),
];

/** Every number of an English text, in words: amounts, dates, times, money, units, telephone numbers, versions. No digit is left. */
export function englishNumberEdits(text: string): Edit[] {
  return RULES.flatMap(([pattern, say]) => edits(text, pattern, say));
}

function rule(pattern: string, say: Say): readonly [RegExp, Say] {
  return [new RegExp(pattern, 'gu'), say];
}

function isoDate(match: RegExpExecArray): string | undefined {
  const date = dateOf(match[1], match[2], match[3]);
  if (date === undefined || match[4] === undefined) return date;
  return `${date}, ${hourAndMinute(Number(match[4]), match[5] ?? '00')}`;
}

/** As in America, month first, unless only the second can be a month. */
function numericDate(match: RegExpExecArray): string | undefined {
  return dateOf(match[3], match[1], match[2]) ?? dateOf(match[3], match[2], match[1]);
}

function dateOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): string | undefined {
  const name = MONTHS[Number(month) - 1];
  const dayNumber = Number(day);
  if (name === undefined || dayNumber < 1 || dayNumber > 31) return undefined;
  const said = `${name} ${englishOrdinal(String(dayNumber))}`;
  return year === undefined ? said : `${said}, ${englishYear(year)}`;
}

function monthYear(name: string | undefined, year: string | undefined): string {
  return `${MONTHS[Number(monthOf(name)) - 1]} ${englishYear(year ?? '')}`;
}

function monthOf(name = ''): string {
  return String(MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1);
}

function clockTime(match: RegExpExecArray): string {
  const [, hour = '', minute = '', second, half] = match;
  const end = half === undefined ? '' : ` ${half.toUpperCase()} M`;
  if (second !== undefined) {
    const parts = [hour, minute, second].map((part) => englishNumber(String(Number(part))));
    return `${parts[0]} hours ${parts[1]} minutes ${parts[2]} seconds${end}`;
  }
  if (half !== undefined && minute === '00') return `${englishNumber(String(Number(hour)))}${end}`;
  return `${hourAndMinute(Number(hour), minute)}${end}`;
}

function hourAndMinute(hour: number, minute: string): string {
  const said = englishNumber(String(hour));
  if (minute === '00') return hour === 0 || hour > 12 ? `${said} hundred` : `${said} o'clock`;
  return minute.startsWith('0')
    ? `${said} oh ${englishNumber(minute.slice(1))}`
    : `${said} ${englishNumber(minute)}`;
}

function version(match: RegExpExecArray): string | undefined {
  const [, mark, digits = ''] = match;
  const parts = digits.split('.');
  if (mark === undefined && parts.length < 3) return undefined;
  const said = parts.map((part) => englishNumber(part)).join(' point ');
  return mark === undefined ? said : `version ${said}`;
}

/** Seven digits at least, or it is something else. */
function phone(match: RegExpExecArray): string | undefined {
  const groups = match[0].match(/\d+/g) ?? [];
  const digits = groups.join('').length;
  if (digits < 7 || digits > 15 || groups.length < 2) return undefined;
  if (/^\d{1,3}( \d{3})+$/.test(match[0]) || groups.every(isYear)) return undefined;
  const said = groups.map((group) => englishDigits(group)).join(', ');
  return match[0].startsWith('+') ? `plus ${said}` : said;
}

function bySign(sign: string | undefined): Money | undefined {
  return MONIES.find(({ signs }) => signs.includes(sign ?? ''));
}

function byCode(code: string | undefined): Money | undefined {
  return MONIES.find((candidate) => candidate.code === code);
}

function money(of: Money | undefined, amount = '', scale?: string): string | undefined {
  if (of === undefined) return undefined;
  const plain = plainNumber(amount);
  if (scale !== undefined) return `${englishNumber(plain)} ${SCALES[scale] ?? scale} ${of.many}`;
  const [whole = '0', part] = plain.split('.');
  if (part === undefined || part.length !== 2 || of.cent === undefined)
    return `${englishNumber(plain)} ${plain === '1' ? of.one : of.many}`;
  const cents = String(Number(part));
  const centsSaid = `${englishNumber(cents)} ${cents === '1' ? of.cent.one : of.cent.many}`;
  const wholeSaid = `${englishNumber(whole)} ${whole === '1' ? of.one : of.many}`;
  if (cents === '0') return wholeSaid;
  return whole === '0' ? centsSaid : `${wholeSaid} and ${centsSaid}`;
}

function isYear(digits: string): boolean {
  return /^(1[5-9]|20)\d\d$/.test(digits);
}

function range(match: RegExpExecArray): string | undefined {
  const [, from = '', to = '', behind = ''] = match;
  const areYears = isYear(from) && isYear(to);
  const say = (part: string): string => (areYears ? englishYear(part) : englishNumber(plainNumber(part)));
  const mark = behind.trim();
  const unit = mark === '%' ? 'percent' : UNITS.find(({ written }) => written === mark)?.many;
  return `${say(from)} to ${say(to)}${unit === undefined ? '' : ` ${unit}`}`;
}

function mixedNumber(match: RegExpExecArray): string | undefined {
  const [, whole = '', top, bottom] = match;
  if (Number(top) >= Number(bottom)) return undefined;
  const said = fractionOf(Number(top), Number(bottom));
  return `${englishNumber(String(Number(whole)))} and ${said === 'one half' ? 'a half' : said}`;
}

function fractionOf(top: number, bottom: number): string {
  const one = englishNumber(String(top));
  if (bottom < 2 || bottom > 100 || top > 20) return `${one} over ${englishNumber(String(bottom))}`;
  if (bottom === 2) return `${one} ${top === 1 ? 'half' : 'halves'}`;
  const part = bottom === 4 ? 'quarter' : englishOrdinal(String(bottom));
  return `${one} ${part}${top === 1 ? '' : 's'}`;
}

function decade(match: RegExpExecArray): string | undefined {
  const [, century, ten = ''] = match;
  if (ten === '00')
    return century === undefined ? undefined : `${englishNumber(String(Number(century)))} hundreds`;
  const tens = englishNumber(ten).replace(/y$/, 'ies').replace(/^ten$/, 'tens');
  if (century === undefined) return tens;
  return `${englishNumber(String(Number(century)))} ${tens}`;
}

function measure(match: RegExpExecArray): string | undefined {
  const [, amount = '', written] = match;
  const unit = UNITS.find((candidate) => candidate.written === written);
  if (unit === undefined) return undefined;
  return `${amountOf(amount)} ${plainNumber(amount) === '1' ? unit.one : unit.many}`;
}

function amountOf(amount = ''): string {
  return englishNumber(plainNumber(amount));
}

/** `MP3` and `3D`: a blank between letters and words. */
function spaced(before: string | undefined, words: string, after: string | undefined): string {
  return `${before === undefined ? '' : ' '}${words}${after === undefined ? '' : ' '}`;
}
