import type { TimedPhoneme } from './timed-phoneme.js';
import { PhonemeList, shown, timingError } from './timing-error.js';

/**
 * Reads phonemes and milliseconds as they stand in a LIPSYNC_START: `sil,100,k,75,o,75`. Blanks and line ends are allowed
 * around each.
 *
 * @param name - what errors call the text, for example `--phonemes`.
 * @throws {RequestError} BRIDGE_ERR_TIMING_FILE
 */
export function readPhonemeList(text: string, name: string): readonly TimedPhoneme[] {
  const list = new PhonemeList(name);
  const tokens = text.trim().split(/\s*,\s*/, 1_000_000);
  if (tokens.at(-1) === '') tokens.pop();
  let atMs = 0;
  for (let index = 0; index < tokens.length; index += 2) {
    const phoneme = tokens[index] ?? '';
    const time = tokens[index + 1];
    const place = `phoneme ${index / 2 + 1}`;
    if (time === undefined || !/^\d+(\.\d+)?$/.test(time)) {
      throw timingError(
        name,
        place,
        `expected milliseconds behind ${shown(phoneme)}, as in sil,100,k,75, got ${shown(time)}`,
      );
    }
    const endMs = atMs + Number(time);
    list.add(phoneme, atMs, endMs, place);
    atMs = endMs;
  }
  return list.done('phonemes and milliseconds such as sil,100,k,75');
}
