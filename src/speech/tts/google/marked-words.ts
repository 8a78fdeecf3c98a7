import { xmlText } from '../../../runtime/index.js';
import { fieldsIn, finiteOf, textOf } from '../../../vendor/index.js';
import type { TimedText } from '../../synthesizer.js';

/** A text with a mark before each word, and one behind where more than a blank follows: there a pause is no part of the word. */
export interface MarkedText {
  readonly ssml: string;
  readonly words: readonly { readonly text: string; readonly from: number; readonly to: number }[];
}

/** @param language - BCP 47; decides where words end. */
export function markWords(text: string, language: string): MarkedText {
  const words: { text: string; from: number; to: number }[] = [];
  let ssml = '';
  const segments = [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)];
  for (const [at, { segment, index, isWordLike }] of segments.entries()) {
    if (isWordLike !== true) {
      ssml += xmlText(segment);
      continue;
    }
    const to = index + segment.length;
    words.push({ text: segment, from: index, to });
    const nextWord = segments.findIndex((one, other) => other > at && one.isWordLike === true);
    const isLast = nextWord === -1 || text.slice(to, segments[nextWord]?.index).trim() !== '';
    ssml += `<mark name="${index}"/>${xmlText(segment)}${isLast ? `<mark name="${to}e"/>` : ''}`;
  }
  return { ssml: `<speak>${ssml}</speak>`, words };
}

/**
 * The words with their times. One whose mark did not come back is left out.
 *
 * @param timepoints - `timepoints` of the answer: `{markName, timeSeconds}`.
 * @param durationMs - of the sound: no word lasts beyond it.
 */
export function wordsAt(marked: MarkedText, timepoints: unknown, durationMs: number): TimedText[] {
  const times = new Map<string, number>();
  for (const point of fieldsIn(timepoints)) {
    const name = textOf(point['markName']);
    const seconds = finiteOf(point['timeSeconds']);
    if (name !== undefined && seconds !== undefined) times.set(name, Math.min(seconds * 1000, durationMs));
  }
  const words: TimedText[] = [];
  for (const [index, { text, from, to }] of marked.words.entries()) {
    const startMs = times.get(String(from));
    if (startMs === undefined) continue;
    const nextFrom = marked.words[index + 1]?.from;
    const endMs = times.get(`${to}e`) ?? (nextFrom === undefined ? undefined : times.get(String(nextFrom)));
    words.push({ text, startMs, endMs: Math.max(startMs, endMs ?? durationMs), from, to });
  }
  return words;
}
