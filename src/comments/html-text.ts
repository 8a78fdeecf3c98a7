import { CHARACTER_REFERENCE, characterOf } from '../runtime/index.js';

/** Looked at at most; a comment has a few hundred. */
const MAX_HTML_UNITS = 65_536;
/** Elements of which nothing is to be read, not even what stands between their tags. */
const MUTE = new Set(['script', 'style', 'template', 'svg']);
/** After them a new line begins. */
const BREAKS = new Set(['br', 'p', 'div', 'li', 'tr']);
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;
/** For a number of no character. */
const REPLACEMENT = '\ufffd';

/**
 * What a person reads of a piece of HTML: tags left out, pictures as their `alt` (a word of it as `:word:`), entities as what they stand for.
 *
 * Makes no tree and reads no letter twice: what was escaped stays text, whatever it looks like, and no nesting costs more than its length.
 * What comes out may look like HTML, because somebody wrote so: never to be put into a page as such.
 */
export function htmlText(html: string): string {
  const reader = new TagReader(html.slice(0, MAX_HTML_UNITS));
  let text = '';
  for (let tag = reader.next(); tag !== undefined; tag = reader.next()) {
    text += tag.before;
    const { name, isEnd, inside } = tag;
    if (MUTE.has(name) && !isEnd) reader.skipPast(name);
    else if (name === 'img' && !isEnd) text += pictureText(inside);
    else if (name === '' || BREAKS.has(name)) text += ' ';
  }
  return (text + reader.rest()).replace(
    CHARACTER_REFERENCE,
    (whole: string, ...groups: (string | undefined)[]) =>
      (characterOf(groups[0], groups[1], groups[2]) ?? whole) || REPLACEMENT,
  );
}

interface Tag {
  /** The text since the last one. */
  readonly before: string;
  /** In lower case; empty of a comment. */
  readonly name: string;
  readonly isEnd: boolean;
  /** Its attributes as they stand. */
  readonly inside: string;
}

class TagReader {
  readonly #html: string;
  #at = 0;

  constructor(html: string) {
    this.#html = html;
  }

  next(): Tag | undefined {
    for (let from = this.#html.indexOf('<', this.#at); from >= 0; from = this.#html.indexOf('<', from + 1)) {
      const isComment = this.#html.startsWith('<!--', from);
      const [, slash = '', name = ''] =
        /^<(\/?)([a-z][a-z0-9]{0,30})/i.exec(this.#html.slice(from, from + 34)) ?? [];
      if (!isComment && name === '') continue;
      const end = isComment ? this.#endOfComment(from) : this.#endOfTag(from);
      if (end < 0) return undefined;
      const before = this.#html.slice(this.#at, from);
      this.#at = end;
      const inside = this.#html.slice(from + 1 + slash.length + name.length, end - 1);
      return { before, name: name.toLowerCase(), isEnd: slash !== '', inside };
    }
    return undefined;
  }

  /** Leaves out everything up to the end of an element, or of the text. */
  skipPast(name: string): void {
    for (let tag = this.next(); tag !== undefined; tag = this.next())
      if (tag.isEnd && tag.name === name) return;
    this.#at = this.#html.length;
  }

  rest(): string {
    return this.#html.slice(this.#at);
  }

  #endOfComment(from: number): number {
    const end = this.#html.indexOf('-->', from);
    return end < 0 ? this.#html.length : end + 3;
  }

  /** Behind its `>`; -1 when there is none. */
  #endOfTag(from: number): number {
    let quote = '';
    for (let at = from; at < this.#html.length; at++) {
      const letter = this.#html[at] ?? '';
      if (quote !== '') quote = letter === quote ? '' : quote;
      else if (letter === '>') return at + 1;
      else if (letter === '"' || letter === "'") quote = letter;
    }
    // A quote that nobody closes: then `>` ends the tag wherever it stands. There are two kinds of quotes, so this comes twice at most.
    return this.#html.indexOf('>', from) + 1 || -1;
  }
}

/** Still with its entities. */
function pictureText(inside: string): string {
  const [, double, single, bare] = ALT.exec(inside) ?? [];
  return pictureName((double ?? single ?? bare ?? '').trim());
}

/** A picture in a line: an emoji as it is, a name as `:name:`, so that it is not taken for a word. */
export function pictureName(name: string): string {
  const bare = name.replace(/^:|:$/g, '');
  return /^[\w-]{1,64}$/.test(bare) ? `:${bare}:` : name;
}
