import { type Fields, fieldsIn, finiteOf, isFields, textOf } from '../../../vendor/index.js';
import type { RecognizedWord } from '../../recognizer.js';
import type { HeardPart, HeardSegment } from '../heard-part.js';

/**
 * A whole transcription; undefined: it is none.
 *
 * @source openai 6.49 resources/audio/transcriptions.d.ts: Transcription, TranscriptionVerbose (times in seconds), Logprob
 */
export function transcription(value: unknown): HeardPart | undefined {
  if (!isFields(value) || typeof value['text'] !== 'string') return undefined;
  const segments = segmentsOf(value['segments']);
  const words = wordsOf(value);
  const noSpeech =
    segments.length === 0 ? undefined : Math.min(...segments.map((part) => part.noSpeech ?? 0));
  const confidence = confidenceOf(value);
  const language = textOf(value['language']);
  const hasDoubt = segments.some((part) => part.noSpeech !== undefined);
  return {
    type: 'final',
    text: value['text'].trim(),
    ...(language === undefined ? {} : { language: languageCode(language) }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(words === undefined ? {} : { words }),
    ...(noSpeech === undefined || !hasDoubt ? {} : { noSpeech }),
    ...(segments.length === 0 ? {} : { segments }),
  };
}

/** Mean of the tokens' chance; undefined when none is told. */
export function confidenceOf(value: Fields): number | undefined {
  const tokens = fieldsIn(value['logprobs']).flatMap(({ logprob }) => finiteOf(logprob) ?? []);
  const segments = fieldsIn(value['segments']).flatMap(({ avg_logprob }) => finiteOf(avg_logprob) ?? []);
  const all = tokens.length > 0 ? tokens : segments;
  if (all.length === 0) return undefined;
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  return Math.min(1, Math.exp(mean));
}

function segmentsOf(value: unknown): readonly HeardSegment[] {
  return fieldsIn(value).flatMap((segment): HeardSegment[] => {
    const start = finiteOf(segment['start']);
    const end = finiteOf(segment['end']);
    const text = segment['text'];
    if (start === undefined || end === undefined || typeof text !== 'string') return [];
    const noSpeech = finiteOf(segment['no_speech_prob']);
    return [
      {
        text,
        startMs: start * 1000,
        endMs: end * 1000,
        ...(noSpeech === undefined ? {} : { noSpeech: Math.max(0, Math.min(1, noSpeech)) }),
      },
    ];
  });
}

/** Of the answer, or of its segments, where whisper.cpp and faster-whisper put them. */
function wordsOf(value: Fields): readonly RecognizedWord[] | undefined {
  const own = fieldsIn(value['words']);
  const all = own.length > 0 ? own : fieldsIn(value['segments']).flatMap(({ words }) => fieldsIn(words));
  const words = all.flatMap((word): RecognizedWord[] => {
    const start = finiteOf(word['start']);
    const end = finiteOf(word['end']);
    const text = textOf(word['word']) ?? textOf(word['text']);
    if (start === undefined || end === undefined || text === undefined) return [];
    return [{ text: text.trim(), startMs: Math.round(start * 1000), endMs: Math.round(end * 1000) }];
  });
  return words.length === 0 ? undefined : words;
}

const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  japanese: 'ja',
  english: 'en',
  german: 'de',
  french: 'fr',
  spanish: 'es',
  italian: 'it',
  korean: 'ko',
  chinese: 'zh',
  portuguese: 'pt',
  russian: 'ru',
};

/** Whisper says `japanese`, servers of one's own `ja`. */
function languageCode(name: string): string {
  return LANGUAGE_NAMES[name.toLowerCase()] ?? name;
}
