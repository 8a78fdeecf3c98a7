import { RequestError } from '../../runtime/index.js';
import type { SpeakOptions } from '../spoken-part.js';
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

/**
 * Makes requests of a text: fit to be spoken, in sentences, each part with those who may speak it.
 *
 * A whole text is prepared in blocks of paragraphs. One that is still being written is cut into sentences first, so that each is
 * spoken as soon as it is there; a block between ``` is held together.
 *
 * @throws {RequestError} BRIDGE_ERR_SPEECH_TEXT - at the end, when nothing of it could be spoken.
 */
export async function* speechPieces(
  text: string | AsyncIterable<string>,
  parts: {
    readonly prepare: PrepareText;
    readonly router: SpeechRouter;
    readonly language: string | undefined;
  },
  options: SpeakOptions,
): AsyncGenerator<SpeechPiece> {
  let isEmpty = true;
  for await (const block of typeof text === 'string' ? blocksOf(text) : sentencesOf(text)) {
    const prepared = parts.prepare(block, options.language ?? parts.language);
    let from = 0;
    for (const sentence of sentencesIn(prepared, block)) {
      const to = from + sentence.length;
      for (const piece of await piecesOf(block, prepared, { from, to }, parts.router, options)) {
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

async function piecesOf(
  source: string,
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
    return {
      text: prepared.text.slice(begin, end).trim(),
      written: source.slice(range.from, range.to).trim(),
      ...{ language, lines, voice, speed, instructions },
    };
  });
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Paragraphs put together up to a bound. */
async function* blocksOf(text: string): AsyncGenerator<string> {
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
function* boundedBlocks(block: string): Generator<string> {
  if (block.length <= MAX_BLOCK_CHARS) yield block;
  else yield* splitSentences(block, { maxChars: 1000 });
}

async function* sentencesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  const splitter = new SentenceSplitter();
  const fence = new Fence();
  for await (const chunk of chunks) for (const piece of splitter.push(chunk)) yield* fence.push(piece);
  for (const piece of splitter.end()) yield* fence.push(piece);
  yield* fence.end();
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
