import type { SoundSource } from '../audio/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import type { SpeechPart } from '../speech/index.js';

/**
 * Any sound as speech, for `speakThrough`.
 *
 * @param phonemes - of all of it, with names of lip.txt, where they are known.
 */
export async function* soundSpeech(
  sound: Pick<SoundSource, 'sampleRateHz' | 'frames'>,
  phonemes?: readonly TimedPhoneme[],
): AsyncGenerator<SpeechPart> {
  yield { type: 'start', sampleRateHz: sound.sampleRateHz };
  if (phonemes !== undefined) yield { type: 'phonemes', phonemes, isExact: true };
  for await (const pcm of sound.frames()) yield { type: 'sound', pcm };
}
