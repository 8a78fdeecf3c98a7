import { pictureName } from '../html-text.js';

/** More places than a message of 500 letters has room for are none. */
const MAX_PLACES = 500;

interface Place {
  readonly from: number;
  /** Behind its last letter. */
  readonly to: number;
}

/**
 * A message with its emotes as `:Name:`, so that they are not taken for words.
 *
 * @param emotes - the tag: `25:0-4,12-16/1902:6-10`, places counted in code points, the last one included. A place that is out of the
 *   message, or lies on another, counts nothing.
 * @source dev.twitch.tv "IRC Tags", PRIVMSG emotes; that they are code points: twitchdev/issues 104, dank-twitch-irc 35
 */
export function withEmotes(message: string, emotes: string): string {
  const letters = [...message];
  let text = '';
  let at = 0;
  for (const { from, to } of places(emotes)) {
    if (from < at || to > letters.length) continue;
    text += letters.slice(at, from).join('') + pictureName(letters.slice(from, to).join(''));
    at = to;
  }
  return text + letters.slice(at).join('');
}

function places(emotes: string): readonly Place[] {
  return [...emotes.matchAll(/(\d{1,4})-(\d{1,4})(?=[,/]|$)/g)]
    .slice(0, MAX_PLACES)
    .map(([, from, last]) => ({ from: Number(from), to: Number(last) + 1 }))
    .filter(({ from, to }) => to > from)
    .sort((one, other) => one.from - other.from);
}

/** Without the words that stand for the money - `Cheer100` - when together they are the bits that were given; else as it is. */
export function withoutCheers(message: string, bits: number): string {
  const words = message.split(/\s+/);
  const worth = (word: string): number => Number(/^:?[A-Za-z]{2,32}?([1-9]\d{0,6}):?$/.exec(word)?.[1] ?? 0);
  const sum = words.reduce((total, word) => total + worth(word), 0);
  return sum === bits ? words.filter((word) => worth(word) === 0).join(' ') : message;
}
