import { type LipPhoneme, lipTimeline } from '../../../lipsync/index.js';
import { type Fields, fieldsIn, finiteOf, isFields, textOf } from '../../../vendor/index.js';

/**
 * The phonemes of a sound that COEIROINK made: `moraDurations` hold the samples from and to which each is heard.
 *
 * @param durations - `moraDurations` of `/v1/predict_with_duration`.
 * @returns Contiguous from 0 to the end of the sound, names of lip.txt; empty when there are none.
 * @source COEIROINK v2 OpenAPI (MoraDuration, PhonemeDuration, TimeRange in samples), as public clients and a public
 *   reimplementation (cyrne1-7208/coeiroink_engine coeiroink_v2/models.py, duration.py) have it
 */
export function coeiroinkTimeline(
  durations: unknown,
  sampleRateHz: number,
  durationMs: number | undefined,
): LipPhoneme[] {
  const phonemes = fieldsIn(durations)
    .flatMap((mora) => fieldsIn(mora['phonemePitches']))
    .flatMap((phoneme) => phonemeOf(phoneme, sampleRateHz));
  if (phonemes.length === 0) return [];
  return lipTimeline(phonemes, durationMs === undefined ? {} : { durationMs });
}

function phonemeOf(phoneme: Fields, sampleRateHz: number): LipPhoneme[] {
  const name = textOf(phoneme['phoneme']);
  const range = isFields(phoneme['wavRange']) ? phoneme['wavRange'] : {};
  const start = finiteOf(range['start']);
  const end = finiteOf(range['end']);
  if (name === undefined || start === undefined || end === undefined || start < 0 || end < start) return [];
  // As the length of the sound is reckoned: any other order of these leaves a silence of no length behind it.
  const toMs = (samples: number): number => (samples / sampleRateHz) * 1000;
  return [{ phoneme: name, startMs: toMs(start), endMs: toMs(end) }];
}
