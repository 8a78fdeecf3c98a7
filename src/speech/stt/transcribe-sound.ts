import { OUTPUT_BYTES_PER_MS } from '../../audio/index.js';
import { type Clock, once, ProviderError, sleep } from '../../runtime/index.js';
import type { RecognizedWord, Recognizer } from '../recognizer.js';
import { joined } from './honest-recognizer.js';
import { inReach } from './sound-pieces.js';
import { type CutUtterance, UtteranceCutter } from './utterance-cutter.js';

/** One utterance of a longer sound with what was said in it. Times in ms from the first sample of the whole. */
export interface Transcript {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly language?: string;
  readonly confidence?: number;
  readonly words?: readonly RecognizedWord[];
}

export interface TranscribeOptions {
  readonly recognizer: Recognizer;
  /** s16le mono 16 kHz, as long as it may be. */
  readonly sound: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly language?: string | undefined;
  readonly hints?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told as the sound is read: how much of it is over, and what is being waited for. */
  readonly onProgress?: ((readMs: number) => void) | undefined;
  readonly onRetry?: ((error: ProviderError, delayMs: number) => void) | undefined;
}

const MAX_TRIES = 4;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;

/**
 * Understands a sound of any length, utterance by utterance; those without a word are left out.
 *
 * What an engine could do at a second try is tried again, with the wait it asks for: a long file shall not fail for one busy moment.
 *
 * @throws {ProviderError} the last one, when it is not worth trying again.
 */
export async function* transcribeSound(options: TranscribeOptions): AsyncGenerator<Transcript, void> {
  const cutter = new UtteranceCutter();
  let readBytes = 0;
  for await (const piece of inReach(options.sound, options.signal)) {
    readBytes += piece.byteLength;
    options.onProgress?.(readBytes / OUTPUT_BYTES_PER_MS);
    for (const utterance of cutter.push(piece)) yield* understood(utterance, options);
  }
  for (const utterance of cutter.end()) yield* understood(utterance, options);
}

async function* understood(
  utterance: CutUtterance,
  options: TranscribeOptions,
): AsyncGenerator<Transcript, void> {
  for (let tries = 1; ; tries++) {
    try {
      const transcript = await heard(utterance, options);
      if (transcript !== undefined) yield transcript;
      return;
    } catch (error) {
      const isOver = options.signal?.aborted === true || tries >= MAX_TRIES;
      if (isOver || !(error instanceof ProviderError) || !error.retryable) throw error;
      const delayMs = Math.min(MAX_DELAY_MS, error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** (tries - 1));
      options.onRetry?.(error, delayMs);
      await sleep(options.clock, delayMs, options.signal);
    }
  }
}

async function heard(
  { startMs, endMs, pcm }: CutUtterance,
  { recognizer, language, hints, signal }: TranscribeOptions,
): Promise<Transcript | undefined> {
  const texts: string[] = [];
  const words: RecognizedWord[] = [];
  const sure: number[] = [];
  let spoken: string | undefined;
  const request = {
    sound: once(pcm),
    ...(language === undefined ? {} : { language }),
    ...(hints === undefined ? {} : { hints }),
    ...(signal === undefined ? {} : { signal }),
  };
  for await (const part of recognizer.recognize(request)) {
    if (part.type !== 'final' || part.text === '') continue;
    texts.push(part.text);
    if (part.confidence !== undefined) sure.push(part.confidence);
    spoken ??= part.language;
    for (const word of part.words ?? [])
      words.push({ text: word.text, startMs: startMs + word.startMs, endMs: startMs + word.endMs });
  }
  if (texts.length === 0) return undefined;
  return {
    startMs,
    endMs,
    text: joined(texts),
    ...(spoken === undefined ? {} : { language: spoken }),
    ...(sure.length === 0 ? {} : { confidence: sure.reduce((sum, each) => sum + each, 0) / sure.length }),
    ...(words.length === 0 ? {} : { words }),
  };
}
