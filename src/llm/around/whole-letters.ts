const HALF_ESCAPED = /\\ud[89a-f][0-9a-f]{2}/i;

/** A text in which halves of letters are U+FFFD. `toWellFormed` of a language that is not our target's yet. */
export function whole(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** A value as JSON knows it, the same with every text and every name of whole letters. */
export function wholeValue(value: unknown): unknown {
  if (typeof value === 'string') return whole(value);
  if (Array.isArray(value)) return value.map(wholeValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [whole(key), wholeValue(item)]));
}

/** JSON that a model wrote: it may hold the half of a letter as an escape. What is no JSON stays as it is, of whole letters. */
export function wholeJson(json: string): string {
  const text = whole(json);
  if (!HALF_ESCAPED.test(text)) return text;
  try {
    return JSON.stringify(wholeValue(JSON.parse(text)));
  } catch {
    return text;
  }
}
