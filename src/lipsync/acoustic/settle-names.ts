import type { LipPhoneme } from '../lip-timeline.js';
import type { TimedPhoneme } from '../timed-phoneme.js';
import type { Posteriors } from './posteriors.js';

/**
 * Has the sound decide where an engine's timings tell only that it is one of several phonemes.
 *
 * @param heard - of the same sound, as far as these phonemes reach; where it does not reach, the first name stays.
 * @throws {InvalidStateError} a name with alternatives, or one of them, is not in MMDAgent-EX's own lip.txt.
 */
export function settleNames(heard: Posteriors, phonemes: readonly LipPhoneme[]): TimedPhoneme[] {
  return phonemes.map(({ phoneme, orElse = [], startMs, endMs }) => {
    const settled = orElse.length === 0 ? phoneme : heard.likeliest([phoneme, ...orElse], startMs, endMs);
    return { phoneme: settled, startMs, endMs };
  });
}
