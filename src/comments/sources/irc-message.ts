/** One line of IRC with the tags of IRCv3. */
export interface IrcMessage {
  readonly tags: ReadonlyMap<string, string>;
  /** Who sent it: a server, or the name before `!`. */
  readonly from: string;
  /** In capitals, or three digits. */
  readonly command: string;
  /** The last one may have blanks in it. */
  readonly params: readonly string[];
}

const ESCAPES: Readonly<Record<string, string>> = { ':': ';', s: ' ', '\\': '\\', r: '\r', n: '\n' };
/** `@tags :source COMMAND params`, each part but the command left out where there is none. */
const LINE = /^(?:@([^ ]*) +)?(?::([^ ]*) +)?([A-Za-z]+|\d{3})(?: +(.*))?$/;

/** @returns undefined when it is no message of IRC. @source RFC 2812 section 2.3.1; IRCv3 "Message Tags" */
export function parseIrc(line: string): IrcMessage | undefined {
  const [, tags = '', prefix = '', command, rest = ''] = LINE.exec(line) ?? [];
  if (command === undefined) return undefined;
  return {
    tags: new Map(tags === '' ? [] : tags.split(';').map(parseTag)),
    from: prefix.split('!')[0] ?? '',
    command: command.toUpperCase(),
    params: parseParams(rest),
  };
}

function parseTag(tag: string): [string, string] {
  const at = tag.indexOf('=');
  if (at < 0) return [tag, ''];
  // A backslash before any other letter, or at the end, counts nothing.
  const value = tag.slice(at + 1).replace(/\\(.?)/gs, (_pair, letter: string) => ESCAPES[letter] ?? letter);
  return [tag.slice(0, at), value];
}

function parseParams(rest: string): readonly string[] {
  if (rest.startsWith(':')) return [rest.slice(1)];
  const at = rest.indexOf(' :');
  const middle = (at < 0 ? rest : rest.slice(0, at)).split(' ').filter((param) => param !== '');
  return at < 0 ? middle : [...middle, rest.slice(at + 2)];
}
