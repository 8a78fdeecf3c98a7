import { lipTimeline } from '../../../lipsync/index.js';
import { atPointer, fieldsIn, finiteOf } from '../../../vendor/index.js';
import type { SpeechPart, TimedText } from '../../synthesizer.js';
import type { TimingOptions } from './http-options.js';

/**
 * The timings that an answer holds, as a part; undefined when there are none.
 *
 * Entries without a text or a start are left out, those without an end last to the next.
 *
 * @param durationMs - of the sound, where it is known.
 */
export function timingsIn(
  answer: unknown,
  options: TimingOptions,
  durationMs: number | undefined,
): SpeechPart | undefined {
  const entries = entriesIn(answer, options, durationMs);
  if (entries.length === 0) return undefined;
  switch (options.kind) {
    case 'words':
      return { type: 'words', words: entries };
    case 'characters':
      return { type: 'characters', characters: entries };
    default:
      return {
        type: 'phonemes',
        phonemes: lipTimeline(
          entries.map(({ text, startMs, endMs }) => ({ phoneme: text, startMs, endMs })),
          { alphabet: options.alphabet, ...(durationMs === undefined ? {} : { durationMs }) },
        ),
        isExact: options.isExact,
      };
  }
}

function entriesIn(answer: unknown, options: TimingOptions, durationMs: number | undefined): TimedText[] {
  const scale = options.unit === 's' ? 1000 : 1;
  const limitMs = durationMs ?? Number.POSITIVE_INFINITY;
  const found = fieldsIn(atPointer(answer, options.pointer)).flatMap((entry) => {
    const text = entry[options.text];
    const start = finiteOf(entry[options.start]);
    const end = finiteOf(entry[options.end]);
    return typeof text === 'string' && start !== undefined && start >= 0 ? [{ text, start, end }] : [];
  });
  const sorted = found.sort((a, b) => a.start - b.start);
  return sorted.map(({ text, start, end }, index) => {
    const startMs = Math.min(limitMs, start * scale);
    const endMs = (end ?? sorted[index + 1]?.start ?? (durationMs ?? start * scale) / scale) * scale;
    return { text, startMs, endMs: Math.max(startMs, Math.min(limitMs, endMs)) };
  });
}
