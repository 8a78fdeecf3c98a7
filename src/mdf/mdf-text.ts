import { RequestError } from '../runtime/index.js';

/** One line of an .mdf, bytes as Latin-1 characters so that Shift_JIS, UTF-8 and anything else survive untouched. */
export interface MdfLine {
  readonly text: string;
  /** '\r\n', '\n', or '' at the end of the file. */
  readonly end: string;
}

/** A file as lines; `joinMdf` gives back exactly the bytes it came from. */
export interface MdfText {
  readonly lines: readonly MdfLine[];
  /** What most lines end with; '\n' for a file without lines. */
  readonly lineEnd: string;
}

/** The largest file taken for an .mdf. */
const MAX_MDF_BYTES = 1_000_000;

/**
 * Splits the bytes of an .mdf into lines.
 *
 * @throws {RequestError} BRIDGE_ERR_MDF — too large, or not text of 8-bit units (UTF-16, encrypted, binary).
 */
export function splitMdf(bytes: Uint8Array): MdfText {
  if (bytes.byteLength > MAX_MDF_BYTES) {
    throw new RequestError(
      'BRIDGE_ERR_MDF',
      `Expected an .mdf file, got ${bytes.byteLength} bytes: is it the right file?`,
    );
  }
  if (bytes.includes(0)) {
    throw new RequestError(
      'BRIDGE_ERR_MDF',
      'The .mdf holds zero bytes, so it is UTF-16, encrypted or no text: save it as UTF-8 first.',
    );
  }
  const text = Buffer.from(bytes).toString('latin1');
  const lines = [...text.matchAll(/([^\n]*?)(\r?\n|$)/g)]
    .map((match) => ({ text: match[1] ?? '', end: match[2] ?? '' }))
    .filter((line) => line.text !== '' || line.end !== '');
  const crlfCount = lines.filter((line) => line.end === '\r\n').length;
  const lfCount = lines.filter((line) => line.end === '\n').length;
  return { lines, lineEnd: crlfCount > lfCount ? '\r\n' : '\n' };
}

/** The bytes of the lines. */
export function joinMdf(lines: readonly MdfLine[]): Uint8Array {
  return new Uint8Array(Buffer.from(lines.map((line) => line.text + line.end).join(''), 'latin1'));
}

/** A setting as MMDAgent-EX reads it. */
export interface ActiveSetting {
  readonly key: string;
  /** Bytes as Latin-1 characters, blanks at the end removed. */
  readonly value: string;
}

/**
 * Reads a line as MMDAgent-EX does: a key begins in the first column and ends at the first `=`; blanks count.
 *
 * A byte order mark before the first line therefore belongs to its key and disables it.
 *
 * @returns undefined for a comment and for a line without `=`.
 * @source MMDAgent-EX KeyValue.cpp loadBuf()
 */
export function readSetting(line: MdfLine): ActiveSetting | undefined {
  const equals = line.text.indexOf('=');
  if (equals < 1 || line.text.startsWith('#')) return undefined;
  return { key: line.text.slice(0, equals), value: withoutEndBlanks(line.text.slice(equals + 1)) };
}

/** Without the blanks MMDAgent-EX drops at a line's end; `trimEnd` would take 0xA0 too, which is half a character here. */
export function withoutEndBlanks(text: string): string {
  let length = text.length;
  while (length > 0 && ' \t\r'.includes(text.charAt(length - 1))) length--;
  return text.slice(0, length);
}

/** Text as the Latin-1 characters that stand for its UTF-8 bytes. */
export function utf8AsLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The reverse; broken bytes become U+FFFD. For messages only. */
export function latin1AsUtf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** Whether Latin-1 characters are the bytes of valid UTF-8. */
export function isUtf8(latin1: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
    return true;
  } catch {
    return false;
  }
}
