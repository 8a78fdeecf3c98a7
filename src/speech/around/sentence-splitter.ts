import { Segmenter } from '../../language/index.js';

export interface SentenceSplitterOptions {
  /** A sentence that is longer is cut, at a comma or blank where there is one. @default 300 */
  readonly maxChars?: number;
}

/** Cuts a text that is still being written into sentences, by the rules of `Segmenter`, each as soon as it is certain. */
export class SentenceSplitter {
  readonly #segmenter: Segmenter;

  constructor(options: SentenceSplitterOptions = {}) {
    this.#segmenter = new Segmenter(options);
  }

  push(chunk: string): string[] {
    return this.#segmenter.push(chunk).map(({ text }) => text);
  }

  /** The text has ended: the rest. */
  end(): string[] {
    return this.#segmenter.end().map(({ text }) => text);
  }
}

/** All sentences of a text that is whole. */
export function splitSentences(text: string, options?: SentenceSplitterOptions): string[] {
  const splitter = new SentenceSplitter(options);
  return [...splitter.push(text), ...splitter.end()];
}
