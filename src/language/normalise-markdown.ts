import { parse, postprocess, preprocess } from 'micromark';
import { gfmTable } from 'micromark-extension-gfm-table';
import type { Edit } from './mapped-text.js';

export interface MarkdownOptions {
  /** Whether the text of ``` blocks stays. */
  readonly keepsCodeBlocks: boolean;
  /** Whether the text of `code` inside a sentence stays. */
  readonly keepsInlineCode: boolean;
  /** Whether the text that describes a picture stays. */
  readonly keepsImageTexts: boolean;
  /** What stands between the cells of a table. */
  readonly comma: string;
}

/** Where a block ended; the layout makes a pause of it. A line break inside a paragraph stays a line break. */
export const BLOCK_END = '\u2029';
/** Indented text is seldom code in what is to be spoken, and HTML is dropped tag by tag, not with all it holds. */
const PLAIN = { disable: { null: ['codeIndented', 'htmlFlow'] } };
/** HTML is kept as it is for what knows which tags break a line. */
const TEXT = new Set([
  'data',
  'characterEscapeValue',
  'characterReference',
  'autolinkProtocol',
  'autolinkEmail',
  'htmlText',
]);
const CODE = new Set(['codeTextData', 'codeFlowValue']);
/** What has text inside that is not for people. */
const HIDDEN = new Set([
  'resource',
  'reference',
  'definition',
  'codeFencedFence',
  'tableDelimiterRow',
  'characterEscapeMarker',
]);
const BLOCK_ENDS = new Set([
  'paragraph',
  'atxHeading',
  'setextHeading',
  'tableRow',
  'codeFenced',
  'thematicBreak',
]);

/** No people's line is as long; it stays as it is. */
const MAX_LINE = 4000;
/**
 * One line in which nothing can be a mark: it begins with a letter, a number that is none of a list, or a sign of no alphabet's, holds
 * none of what marks inside a line are made of, and does not end in a blank. A mark of byte order at the beginning is not counted.
 */
const PLAIN_LINE = /^(?!\d+[.)])[^\0-/:-@[-`{-\x7f\ufeff](?:[^\0-\x1f&*<[-`|~\x7f]*[^\0-\x20&*<[-`|~\x7f])?$/;

/**
 * What to take out of Markdown so that its text remains: marks of emphasis, headings, lists, quotes, tables, links (their text
 * stays), pictures and code. HTML tags stay.
 *
 * Goes by the tokens of a real parser and not by patterns, so that `2 * 3 * 4` keeps its stars and `snake_case` its line; every
 * token tells its place, which is what a library that gives text or HTML does not.
 *
 * @throws never; anything is Markdown.
 */
export function markdownEdits(text: string, options: MarkdownOptions): Edit[] {
  // A clause of a reply is hardly anything else, and the parser keeps it waiting.
  if (text.length <= MAX_LINE && PLAIN_LINE.test(text))
    return [{ from: text.length, to: text.length, text: BLOCK_END }];
  return parsedEdits(text, options);
}

/** @internal As `markdownEdits`, by the parser whatever the text is. */
export function parsedEdits(text: string, options: MarkdownOptions): Edit[] {
  return blocksOf(text).flatMap((block): Edit[] => {
    const end = block.from + block.text.length;
    if (block.isPlain) return [{ from: end, to: end, text: BLOCK_END }];
    const walk = new Walk(block.text, options);
    for (const [kind, token] of tokensOf(block.text)) {
      if (kind === 'enter') walk.enter(token.type, token.start.offset, token.end.offset);
      else walk.exit(token.type, token.end.offset);
    }
    return walk.finish().map((edit) => ({ ...edit, from: edit.from + block.from, to: edit.to + block.from }));
  });
}

interface Block {
  readonly from: number;
  readonly text: string;
  /** Not to be looked at as Markdown. */
  readonly isPlain: boolean;
}

const FENCE = /^ {0,3}(```+|~~~+)/;
/** From this length on a block ends at the next empty line, from the second on at any line. */
const SOFT_BLOCK = 2000;
const HARD_BLOCK = 8000;

/**
 * Cuts a long text where Markdown begins anew, since the parser takes time that grows with the square of what is never closed
 * (20 000 stars: 5 s).
 */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let from = 0;
  let fence = '';
  let at = 0;
  const cut = (until: number, isPlain = false): void => {
    if (until > from) blocks.push({ from, text: text.slice(from, until), isPlain });
    from = until;
  };
  for (const line of text.split(/(?<=\n)/)) {
    const mark = FENCE.exec(line)?.[1] ?? '';
    const wasInside = fence !== '';
    if (!wasInside) fence = mark;
    else if (mark.startsWith(fence) && line.trim() === mark) fence = '';
    if (line.length > MAX_LINE && !wasInside) {
      cut(at);
      cut(at + line.length, true);
    }
    at += line.length;
    const length = at - from;
    const isEmpty = line.trim() === '';
    if (fence === '' && length >= (isEmpty ? SOFT_BLOCK : HARD_BLOCK)) cut(at);
  }
  cut(text.length);
  return blocks;
}

function tokensOf(text: string): ReturnType<typeof postprocess> {
  const document = parse({ extensions: [gfmTable(), PLAIN] }).document();
  return postprocess(document.write(preprocess()(text, undefined, true)));
}

class Walk {
  readonly #text: string;
  readonly #options: MarkdownOptions;
  readonly #edits: Edit[] = [];
  /** Up to here it is decided. */
  #done = 0;
  #hidden = 0;
  #inCode = 0;
  #isFirstCell = true;

  constructor(text: string, options: MarkdownOptions) {
    this.#text = text;
    this.#options = options;
  }

  enter(type: string, from: number, to: number): void {
    if (this.#isHiding(type)) this.#hidden++;
    if (type === 'codeFenced') this.#inCode++;
    if (type === 'tableRow') this.#isFirstCell = true;
    if (type === 'tableHeader' || type === 'tableData') this.#cell(from);
    if (this.#hidden > 0) return;
    this.#keepText(type, from, to);
  }

  exit(type: string, to: number): void {
    if (this.#isHiding(type)) this.#hidden--;
    if (type === 'codeFenced') this.#inCode--;
    if (BLOCK_ENDS.has(type)) this.#replace(to, BLOCK_END);
  }

  finish(): Edit[] {
    this.#replace(this.#text.length, '');
    return this.#edits;
  }

  #isHiding(type: string): boolean {
    if (type === 'image') return !this.#options.keepsImageTexts;
    if (type === 'codeText') return !this.#options.keepsInlineCode;
    if (type === 'codeFenced') return !this.#options.keepsCodeBlocks;
    return HIDDEN.has(type);
  }

  #keepText(type: string, from: number, to: number): void {
    if (TEXT.has(type)) this.#keep(from, to);
    else if (CODE.has(type)) this.#keepCode(from, to);
    else if (type === 'listItemValue') this.#listNumber(from, to);
    else if (type === 'lineEnding' && this.#inCode > 0) this.#replaceFrom(from, to, BLOCK_END);
    else if (type === 'lineEnding') this.#replaceFrom(from, to, '\n');
  }

  /** Brackets of code must not look like tags to what comes after. */
  #keepCode(from: number, to: number): void {
    this.#keep(from, to);
    for (let at = from; at < to; at++)
      if ('<>'.includes(this.#text.charAt(at))) this.#edits.push({ from: at, to: at + 1, text: ' ' });
  }

  /** `1.` is spoken as a number with a pause, and must not look like a list again. */
  #listNumber(from: number, to: number): void {
    this.#keep(from, to);
    this.#replaceFrom(to, to + 1, this.#options.comma);
  }

  #cell(from: number): void {
    if (!this.#isFirstCell) this.#replace(from, this.#options.comma);
    this.#isFirstCell = false;
  }

  #keep(from: number, to: number): void {
    this.#replace(from, '');
    this.#done = Math.max(this.#done, to);
  }

  #replaceFrom(from: number, to: number, by: string): void {
    this.#replace(from, '');
    this.#replace(to, by);
  }

  /** What is not decided yet, up to `until`, becomes `by`. */
  #replace(until: number, by: string): void {
    if (until < this.#done) return;
    if (until > this.#done || by !== '') this.#edits.push({ from: this.#done, to: until, text: by });
    this.#done = until;
  }
}
