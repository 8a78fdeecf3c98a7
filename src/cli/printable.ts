/** Control characters of seven and eight bits, and marks that turn the writing around for what stands behind them too. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What no line of JSON holds as it is: `STEERING`, single marks of direction (U+061C, U+200E, U+200F), and what some readers take for the
 * end of a line (U+2028, U+2029).
 */
const ESCAPED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a peer, a model or a file says must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** The same of text in several lines, with its tabs. */
export function printableLines(text: string): string {
  return text.replace(STEERING, (letter) => (letter === '\n' || letter === '\t' ? letter : '\ufffd'));
}

/**
 * One line of `--json`, for every command: as `JSON.stringify`, which leaves as it is some of what steers a terminal, hides words or ends a
 * line. Escaped (`\u009b`), it is the same JSON.
 *
 * @param value - as JSON knows it; not undefined, no function.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    ESCAPED,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
