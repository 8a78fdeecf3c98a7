import { RequestError } from '../../runtime/index.js';
import type { SpeechInput } from '../speech.js';
import type { GivenPiece, PieceShare, SpeakOptions } from '../spoken-part.js';
import { SentenceSplitter, splitSentences } from './sentence-splitter.js';
import type { SpeechPiece } from './speak-piece.js';
import type { LanguageStretch, SpeechRouter } from './speech-router.js';

/** Text made fit to be spoken, and where it came from; `speakable` of the room language gives it. */
export interface PreparedText {
  readonly text: string;
  /** Languages, in order, without gaps. */
  readonly runs: readonly LanguageStretch[];
  sourceRange(from: number, to: number): { readonly from: number; readonly to: number };
}

export type PrepareText = (text: string, language: string | undefined) => PreparedText;

/** So much is prepared at once: what stands in lines (tables, code) is understood whole. */
const MAX_BLOCK_CHARS = 20_000;
/** Beyond this an open ``` in a text that is still being written was none. */
const MAX_FENCE_CHARS = 20_000;
/** Longer is no sentence: 300 characters, as replies are cut, become as much only where nearly all are numbers or signs. */
const MAX_GIVEN_CHARS = 2000;

/**
 * Makes requests of a text: fit to be spoken, in sentences, each part with those who may speak it.
 *
 * A whole text is prepared in blocks of paragraphs. One that is still being written is cut into sentences first, so that each is
 * spoken as soon as it is there; a block between ``` is held together. A given piece is one sentence, whatever is in it, up to 2000 characters as they are spoken.
 *
 * @throws {RequestError} BRIDGE_ERR_SPEECH_TEXT - at the end, when nothing of it could be spoken; not of given pieces.
 */
export async function* speechPieces(
  text: SpeechInput,
  parts: {
    readonly prepare: PrepareText;
    readonly router: SpeechRouter;
    readonly language: string | undefined;
  },
  options: SpeakOptions,
): AsyncGenerator<SpeechPiece> {
  let isEmpty = true;
  for await (const block of typeof text === 'string' ? blocksOf(text) : sentencesOf(text)) {
    const { given } = block;
    const language = given?.language ?? options.language;
    const prepared = parts.prepare(block.text, language ?? parts.language);
    if (given !== undefined) isEmpty = false;
    let from = 0;
    const sentences = given === undefined ? sentencesIn(prepared, block.text) : partsOfGiven(prepared.text);
    for (const sentence of sentences) {
      const to = from + sentence.length;
      const range = { from, to };
      for (const piece of await piecesOf(block, prepared, range, parts.router, { ...options, language })) {
        isEmpty = false;
        yield piece;
      }
      from = to;
    }
  }
  if (isEmpty) {
    throw new RequestError(
      'BRIDGE_ERR_SPEECH_TEXT',
      'Expected a text with words in it, got one in which nothing can be spoken',
    );
  }
}

/** Sentences, also those that only the end of a line in the source tells apart: points of a list begin with small letters. */
function* sentencesIn(prepared: PreparedText, source: string): Generator<string> {
  let at = 0;
  for (const sentence of splitSentences(prepared.text)) {
    let from = 0;
    for (const { index } of sentence.matchAll(/\. (?=\S)/g)) {
      const stop = prepared.sourceRange(at + index, at + index + 2);
      if (!source.slice(stop.from, stop.to).includes('\n')) continue;
      yield sentence.slice(from, index + 2);
      from = index + 2;
    }
    yield sentence.slice(from);
    at += sentence.length;
  }
}

/** One, as it was cut; no engine is sent more than it may take, whoever cut. What has no words goes with what stands before it. */
function partsOfGiven(text: string): readonly string[] {
  if (text.length <= MAX_GIVEN_CHARS) return [text];
  const parts: string[] = [];
  for (const part of splitSentences(text, { maxChars: MAX_GIVEN_CHARS })) {
    const before = parts.at(-1);
    if (before === undefined || hasWords(part)) parts.push(part);
    else parts[parts.length - 1] = before + part;
  }
  return parts;
}

/** Text that is prepared in one go. */
interface Block {
  readonly text: string;
  readonly given?: { readonly index: number; readonly language: string | undefined };
}

async function piecesOf(
  { text: source, given }: Block,
  prepared: PreparedText,
  { from, to }: { readonly from: number; readonly to: number },
  router: SpeechRouter,
  options: SpeakOptions,
): Promise<readonly SpeechPiece[]> {
  const stretches = prepared.runs
    .map((run) => ({ ...run, from: Math.max(from, run.from), to: Math.min(to, run.to) }))
    .filter((run) => run.from < run.to && hasWords(prepared.text.slice(run.from, run.to)));
  if (stretches.length === 0) return [];
  const runs = await router.runs(stretches, options);
  return runs.map((run, index) => {
    // What stands between two runs (signs, blanks) goes with the first.
    const end = runs[index + 1]?.from ?? to;
    const begin = index === 0 ? from : run.from;
    const range = prepared.sourceRange(begin, end);
    const { language, lines, voice, speed, instructions } = run;
    const isLast = index === runs.length - 1 && to === prepared.text.length;
    const place = given && shareOf(prepared, { piece: given.index, source, begin, end, isLast });
    return {
      ...(place === undefined ? {} : { place }),
      text: prepared.text.slice(begin, end).trim(),
      written: source.slice(range.from, range.to).trim(),
      ...{ language, lines, voice, speed, instructions },
    };
  });
}

/** Of what `prepared.text` has from `begin` to `end`, without the blanks around it. */
function shareOf(
  prepared: PreparedText,
  {
    piece,
    source,
    begin,
    end,
    isLast,
  }: {
    readonly piece: number;
    readonly source: string;
    readonly begin: number;
    readonly end: number;
    readonly isLast: boolean;
  },
): PieceShare {
  const text = prepared.text.slice(begin, end);
  const from = begin + text.length - text.trimStart().length;
  const untilEnd = text.trim().length;
  return {
    piece,
    isLast,
    sourceAt: (position) => {
      if (isLast && position >= untilEnd) return source.length;
      return from + position <= 0 ? 0 : prepared.sourceRange(0, Math.min(from + position, end)).to;
    },
  };
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Paragraphs put together up to a bound. */
async function* blocksOf(text: string): AsyncGenerator<Block> {
  let block = '';
  for (const paragraph of text.split(/(?<=\n[^\S\n]*\n)/)) {
    if (block !== '' && block.length + paragraph.length > MAX_BLOCK_CHARS) {
      yield* boundedBlocks(block);
      block = '';
    }
    block += paragraph;
  }
  yield* boundedBlocks(block);
}

/** A paragraph without end is cut like any text that is too long. */
function* boundedBlocks(block: string): Generator<Block> {
  if (block.length <= MAX_BLOCK_CHARS) yield { text: block };
  else for (const text of splitSentences(block, { maxChars: 1000 })) yield { text };
}

async function* sentencesOf(chunks: AsyncIterable<string | GivenPiece>): AsyncGenerator<Block> {
  const splitter = new SentenceSplitter();
  const fence = new Fence();
  let index = 0;
  for await (const chunk of chunks) {
    if (typeof chunk === 'string') yield* asBlocks(splitter.push(chunk), fence);
    else {
      // What was being written before it is over.
      yield* asBlocks(splitter.end(), fence);
      yield { text: chunk.text, given: { index: index++, language: chunk.language } };
    }
  }
  yield* asBlocks(splitter.end(), fence);
  for (const text of fence.end()) yield { text };
}

function* asBlocks(sentences: readonly string[], fence: Fence): Generator<Block> {
  for (const sentence of sentences) for (const text of fence.push(sentence)) yield { text };
}

/** Holds the sentences between two lines of ``` together. */
class Fence {
  #held = '';

  *push(piece: string): Generator<string> {
    const isMark = /^\s*(```|~~~)/.test(piece);
    if (this.#held === '' && !isMark) {
      yield piece;
      return;
    }
    const isEnd = this.#held !== '' && isMark;
    this.#held += piece;
    if (isEnd || this.#held.length > MAX_FENCE_CHARS) yield* this.end();
  }

  *end(): Generator<string> {
    if (this.#held !== '') yield this.#held;
    this.#held = '';
  }
}
