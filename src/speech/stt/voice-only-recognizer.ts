import { OUTPUT_BYTES_PER_MS } from '../../audio/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../recognizer.js';

/** What the ear keeps before and behind a voice. */
const AROUND_MS = 600;
/** Shorter sounds are no words. */
const LEAST_MS = 200;

/**
 * Stands in for a recogniser where none is set up and the demonstration answers: it understands no word, and says so by telling only how
 * long somebody spoke. With it a microphone can be tried before there is any key.
 */
export class VoiceOnlyRecognizer implements Recognizer {
  readonly name = 'voice-only';
  readonly isStreaming = false;

  async *recognize({ sound, language }: RecognitionRequest): AsyncGenerator<RecognitionPart> {
    let bytes = 0;
    for await (const piece of sound) bytes += piece.byteLength;
    const ms = bytes / OUTPUT_BYTES_PER_MS - AROUND_MS;
    yield { type: 'final', text: ms < LEAST_MS ? '' : voiceOnlyText(ms, language) };
  }

  async close(): Promise<void> {}
}

/** In place of words: so long somebody spoke. */
export function voiceOnlyText(ms: number, language: string | undefined): string {
  const seconds = (ms / 1000).toFixed(1);
  return language?.startsWith('ja') === true ? `（声：${seconds}秒）` : `(a voice: ${seconds} seconds)`;
}
