import { type Fields, fieldsIn, finiteOf, textOf } from '../../../vendor/index.js';
import type { RecognizedWord } from '../../recognizer.js';
import type { HeardPart } from '../heard-part.js';

/** The service counts in 100 ns. */
const TICKS_PER_MS = 10_000;

/** What the service says became of a stretch of sound. */
export type PhraseResult =
  | { readonly status: 'heard'; readonly part: HeardPart }
  | { readonly status: 'nothing' }
  | { readonly status: 'failed'; readonly why: string };

/**
 * A `speech.phrase` in the detailed format.
 *
 * @source learn.microsoft.com "Speech Service WebSocket protocol", "Message speech.phrase" and "Detailed responses"; word times:
 *   "Use speech to text REST API for short audio", wordLevelTimestamps
 */
export function phraseResult(phrase: Fields): PhraseResult {
  const status = textOf(phrase['RecognitionStatus']) ?? '';
  switch (status) {
    case 'Success':
      return { status: 'heard', part: phrasePart(phrase) };
    case 'NoMatch':
    case 'InitialSilenceTimeout':
    case 'BabbleTimeout':
    case 'EndOfDictation':
    case '5':
      return { status: 'nothing' };
    default:
      return { status: 'failed', why: status === '' ? 'no status' : status };
  }
}

function phrasePart(phrase: Fields): HeardPart {
  const [best] = fieldsIn(phrase['NBest']);
  const text = textOf(best?.['Display']) ?? textOf(phrase['DisplayText']) ?? '';
  const confidence = finiteOf(best?.['Confidence']);
  const words = fieldsIn(best?.['Words']).flatMap(wordOf);
  return {
    type: 'final',
    text: text.trim(),
    ...(confidence === undefined ? {} : { confidence: Math.max(0, Math.min(1, confidence)) }),
    ...(words.length === 0 ? {} : { words }),
  };
}

function wordOf(word: Fields): RecognizedWord[] {
  const text = textOf(word['Word']);
  const offset = finiteOf(word['Offset']);
  const duration = finiteOf(word['Duration']);
  if (text === undefined || offset === undefined || duration === undefined) return [];
  return [{ text, startMs: offset / TICKS_PER_MS, endMs: (offset + duration) / TICKS_PER_MS }];
}
