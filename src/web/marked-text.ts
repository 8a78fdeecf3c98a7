import { make } from './dom.js';

/** Text in which what stands between backticks is code; nothing else is markup. */
export function marked(text: string): (Node | string)[] {
  return text
    .split(/(`[^`'"\n]{1,80}`)/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^`[^`'"\n]{1,80}`$/.test(piece) ? make('code', '', piece.slice(1, -1)) : piece));
}
