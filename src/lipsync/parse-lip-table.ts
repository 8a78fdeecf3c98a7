import { ConfigError } from '../runtime/index.js';
import { type LipRow, LipTable } from './lip-table.js';

interface Token {
  readonly text: string;
  readonly line: number;
}

export interface ParsedLipTable {
  readonly table: LipTable;
  /** What stands behind the rows that the file counts: MMDAgent-EX does not read it. In order, at most 100. */
  readonly ignored: readonly string[];
}

/** MMDAgent-EX's own has 69 rows; beyond these numbers the file is something else. */
const MAX_MORPHS = 100;
const MAX_PHONEMES = 10_000;
const MAX_TEXT_LENGTH = 4 * 1024 * 1024;
const MAX_IGNORED = 100;
/** MMDAgent-EX's own have three letters at most; so long a name would leave no room for others in a message. */
const MAX_NAME_LENGTH = 32;
/** Such a name could not be written in a LIPSYNC_START. */
const UNSENDABLE = /[,|\p{C}\s]/u;

/**
 * Reads a lip.txt as MMDAgent-EX does: words parted by blanks and line ends, `#` begins a comment anywhere. The number of
 * morphs, their names, the number of phonemes, then each phoneme with one weight per morph.
 *
 * @param text - its characters, with a byte order mark if the file has one.
 * @param name - of the file, for errors.
 * @throws {ConfigError} BRIDGE_ERR_LIP_TABLE - naming the line; a file that this refuses MMDAgent-EX does not load either.
 * @source Library_MMDAgent LipSync.cpp load() and MMDAgent_fgettoken() at 9981469; read, not run
 */
export function parseLipTable(text: string, name: string): ParsedLipTable {
  if (text.length > MAX_TEXT_LENGTH)
    throw wrong(name, undefined, `a lip.txt of at most ${MAX_TEXT_LENGTH} characters`, `${text.length}`);
  if (text.startsWith('\ufeff')) {
    throw wrong(
      name,
      1,
      'the number of morphs',
      'a byte order mark, with which MMDAgent-EX cannot read the file: save it as UTF-8 without one',
    );
  }
  const words = new Words(text, name);
  const morphCount = words.count('the number of morphs', MAX_MORPHS);
  const morphs = Array.from({ length: morphCount }, (_, n) => words.next(`the name of morph ${n + 1}`).text);
  const rowCount = words.count('the number of phonemes', MAX_PHONEMES);
  const rows: LipRow[] = [];
  for (let row = 1; row <= rowCount; row++) {
    const phoneme = words.next(`phoneme ${row} of ${rowCount}`);
    const weights = morphs.map((morph) => words.weight(`the weight of ${morph} for ${phoneme.text}`));
    if (phoneme.text.length <= MAX_NAME_LENGTH && !UNSENDABLE.test(phoneme.text))
      rows.push({ name: phoneme.text, weights });
  }
  if (rows.length === 0)
    throw wrong(name, undefined, 'a phoneme that can be named in a message', `${rowCount} that cannot`);
  return { table: new LipTable(morphs, rows), ignored: words.rest(MAX_IGNORED) };
}

class Words {
  readonly #name: string;
  readonly #tokens: Iterator<Token, undefined>;
  #line = 1;

  constructor(text: string, name: string) {
    this.#name = name;
    this.#tokens = tokensOf(text);
  }

  next(expected: string): Token {
    const next = this.#tokens.next();
    if (next.done === true) throw wrong(this.#name, this.#line, expected, 'the end of the file');
    this.#line = next.value.line;
    return next.value;
  }

  count(expected: string, max: number): number {
    const { text, line } = this.next(expected);
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > max)
      throw wrong(this.#name, line, `${expected}, 1 to ${max}`, JSON.stringify(text.slice(0, 40)));
    return count;
  }

  weight(expected: string): number {
    const { text, line } = this.next(expected);
    const weight = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?f?$/i.test(text)
      ? Number.parseFloat(text)
      : Number.NaN;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw wrong(this.#name, line, `${expected}, 0 or more`, JSON.stringify(text.slice(0, 40)));
    return weight;
  }

  rest(max: number): string[] {
    const rest: string[] = [];
    for (let next = this.#tokens.next(); next.done !== true && rest.length < max; next = this.#tokens.next())
      rest.push(next.value.text);
    return rest;
  }
}

function* tokensOf(text: string): Generator<Token, undefined> {
  for (const [index, raw] of text.split('\n').entries()) {
    const comment = raw.indexOf('#');
    const line = comment < 0 ? raw : raw.slice(0, comment);
    for (const word of line.split(/[ \t\r]+/)) if (word !== '') yield { text: word, line: index + 1 };
  }
  return undefined;
}

function wrong(name: string, line: number | undefined, expected: string, got: string): ConfigError {
  const place = line === undefined ? name : `${name}, line ${line}`;
  return new ConfigError('BRIDGE_ERR_LIP_TABLE', `${place}: expected ${expected}, got ${got}`);
}
