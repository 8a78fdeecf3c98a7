import type { RecognitionPart, RecognitionRequest, Recognizer } from '../speech/index.js';

/** Stands for words that nobody has written down; letters, so that they count as something said. */
export const UNWRITTEN = '(speech)';
/** s16le mono 16 kHz, with the ear's pre-roll and the silence at its end: less is a listening noise or none. */
const MIN_BYTES = 32 * 1100;

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
