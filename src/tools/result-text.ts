import { errorText } from '../runtime/index.js';

/** What a thrown message is cut to: the first line says what happened, the rest is for people. */
const MAX_FAULT_CHARS = 500;
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)[;,]/;

/** Cuts a text for a model and says so; never through a character. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const kept = text.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}… (cut: the first ${kept.length} of ${text.length} characters)`;
}

/** A thrown thing in one line without its stack. */
export function faultText(error: unknown): string {
  const line = errorText(error).trim().split('\n', 1)[0] ?? '';
  return cutText(line === '' ? 'it told no reason' : line, MAX_FAULT_CHARS);
}

/**
 * What a model reads of a tool's value: words as they are, all else as JSON. Bytes and pictures are named, not written out.
 *
 * The work is bounded as well as the length: what lies beyond the limit is not visited.
 *
 * @throws what a `toJSON` of the value throws, or that it holds itself.
 */
export function resultText(value: unknown, maxChars: number): string {
  if (value === undefined || value === null) return 'Done. The tool gave no result.';
  if (typeof value === 'string') return cutText(shortened(value, maxChars), maxChars);
  let leftChars = maxChars;
  const json = JSON.stringify(value, (key, item: unknown) => {
    if (leftChars < 0) return undefined;
    const plain = plainOf(item, maxChars);
    leftChars -= key.length + 4 + (typeof plain === 'string' ? plain.length : 4);
    return plain;
  });
  return json === undefined ? 'Done. The tool gave no result.' : markCut(json, leftChars < 0, maxChars);
}

function markCut(json: string, isCut: boolean, maxChars: number): string {
  if (json.length > maxChars) return `${cutText(json, maxChars)}`;
  return isCut ? `${json}… (cut: the result is too long)` : json;
}

/** JSON has neither big integers nor bytes, and models no use for a picture in letters. */
function plainOf(item: unknown, maxChars: number): unknown {
  if (typeof item === 'bigint') return item.toString();
  if (typeof item === 'string') return cutText(shortened(item, maxChars), maxChars);
  if (item instanceof Uint8Array) return `[${item.byteLength} bytes]`;
  if (item instanceof Error) return errorText(item);
  if (item instanceof Map) return Object.fromEntries(item);
  if (item instanceof Set) return [...item];
  return item;
}

function shortened(text: string, maxChars: number): string {
  if (text.length <= Math.min(200, maxChars)) return text;
  const kind = DATA_URL.exec(text.slice(0, 100))?.[1];
  return kind === undefined ? text : `[${kind}, ${text.length} characters left out]`;
}
