/** Control characters of seven and eight bits, and marks that turn the writing around for what stands behind them too. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** What a peer, a model or a file says must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** As `JSON.stringify`, which leaves some of what steers a terminal as it is: escaped, it is the same JSON. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    STEERING,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
