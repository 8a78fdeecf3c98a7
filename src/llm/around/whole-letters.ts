import { wellFormed } from '../../runtime/index.js';

const HALF_ESCAPED = /\\ud[89a-f][0-9a-f]{2}/i;

/** A value as JSON knows it, the same with every text and every name of whole letters. */
export function wholeValue(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(wholeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormed(key), wholeValue(item)]));
}

/** JSON that a model wrote: it may hold the half of a letter as an escape. What is no JSON stays as it is, of whole letters. */
export function wholeJson(json: string): string {
  const text = wellFormed(json);
  if (!HALF_ESCAPED.test(text)) return text;
  try {
    return JSON.stringify(wholeValue(JSON.parse(text)));
  } catch {
    return text;
  }
}
