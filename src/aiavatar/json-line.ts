/**
 * JSON on one line for readers that take more characters for line ends than the protocol has: Python's splits at U+0085, U+2028 and
 * U+2029 too, which JSON leaves as they are, and would lose the event.
 *
 * @source httpx `aiter_lines`, which goes by `str.splitlines`
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
