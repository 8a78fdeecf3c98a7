/** Those that a text of people holds, not all 2 200. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  laquo: '«',
  raquo: '»',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  deg: '°',
  yen: '¥',
  euro: '€',
  pound: '£',
  times: '×',
  divide: '÷',
  minus: '-',
  plusmn: '±',
};

/** `&amp;`, `&#12354;`, `&#x3042;`: for `characterOf`, with its three groups. */
export const CHARACTER_REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi;

/**
 * What a character reference of HTML stands for.
 *
 * @returns undefined: a name that is not known, so that it stays as it is; empty: a number of no character.
 */
export function characterOf(decimal?: string, hex?: string, name?: string): string | undefined {
  if (name !== undefined) {
    const known = name.toLowerCase();
    return Object.hasOwn(NAMED, known) ? NAMED[known] : undefined;
  }
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
  const isCharacter = code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : '';
}
