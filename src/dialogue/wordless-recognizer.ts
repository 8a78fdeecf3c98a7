import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../speech/index.js';
import type { Judge } from './ports.js';

/** Stands for words that nobody has written down. */
export const UNWRITTEN = '(speech)';
/** With the ear's pre-roll and the silence at its end: less is a listening noise or none. */
const MIN_BYTES = 1100 * OUTPUT_BYTES_PER_MS;

/**
 * Where a speech-to-speech model hears: tells only whether enough was said to be meant, by its length.
 *
 * A listening noise is shorter than half a second; with what the ear keeps before and behind it, 1.1 s.
 */
export class WordlessRecognizer implements Recognizer {
  readonly name = 'wordless';
  readonly isStreaming = false;
  readonly #minBytes: number;

  constructor(minBytes = MIN_BYTES) {
    this.#minBytes = minBytes;
  }

  async *recognize({ sound }: RecognitionRequest): AsyncGenerator<RecognitionPart> {
    let bytes = 0;
    for await (const piece of sound) bytes += piece.byteLength;
    yield { type: 'final', text: bytes < this.#minBytes ? '' : UNWRITTEN };
  }

  async close(): Promise<void> {}
}

/** The same judge where words may be unwritten: that they were meant is known already, and nothing else ever will be. */
export function judgeOfUnwritten(judge: Judge): Judge {
  const isUnwritten = (text: string): boolean => text.includes(UNWRITTEN);
  return {
    end: (text, language) =>
      isUnwritten(text) ? { state: 'open', why: 'not written down' } : judge.end(text, language),
    interjection: (text, language) => (isUnwritten(text) ? 'words' : judge.interjection(text, language)),
    withoutEcho: (text, heardAtMs, spoken) =>
      isUnwritten(text) ? text : judge.withoutEcho(text, heardAtMs, spoken),
    join: (first, second) =>
      isUnwritten(first) || isUnwritten(second) ? `${first} ${second}`.trim() : judge.join(first, second),
  };
}
