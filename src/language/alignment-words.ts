import type { GivenPhonemes } from './normalise.js';
import type { SpokenWord } from './spoken-word.js';

/** A word with the ways it may sound, as whoever lays text over sound needs it. */
export interface AlignmentWord {
  readonly text: string;
  /** Likeliest first, lip.txt names; at least one, at most four. */
  readonly readings: readonly (readonly string[])[];
  /** A pause is likely behind it; a short one may be behind any word. */
  readonly isPause: boolean;
  /** Where the engine says it is spoken, milliseconds. */
  readonly window?: { readonly startMs: number; readonly endMs: number };
}

/** A word with its time as an engine tells it, and its place in the same text, UTF-16 units. */
export interface TimedPlace {
  readonly from?: number;
  readonly to?: number;
  readonly startMs: number;
  readonly endMs: number;
}

export interface AlignmentOptions {
  /** Where an engine tells the times of its words or characters; its borders may be other ones than ours. */
  readonly timed?: readonly TimedPlace[];
  /** Places whose phonemes a dictionary gives (`Speakable.phonemes`): they replace what was read there. */
  readonly given?: readonly GivenPhonemes[];
}

const MAX_READINGS = 4;

/**
 * What of a text can be heard, for forced alignment.
 *
 * @param words - as `Pronouncer.pronounce` gives them, of the text that the options' places are in.
 */
export function pronunciationForAlignment(
  words: readonly SpokenWord[],
  { timed = [], given = [] }: AlignmentOptions = {},
): AlignmentWord[] {
  const heard: AlignmentWord[] = [];
  const places = timed.filter(({ from, to }) => from !== undefined && to !== undefined);
  let first = 0;
  for (const { text, from, to, readings, isPause } of withGiven(words, given)) {
    const spoken = readings.filter((reading) => reading.length > 0).slice(0, MAX_READINGS);
    const last = heard.at(-1);
    if (spoken.length === 0) {
      if (isPause && last !== undefined) heard[heard.length - 1] = { ...last, isPause };
      continue;
    }
    while (first < places.length && (places[first]?.to ?? 0) <= from) first++;
    const window = windowOf(places, first, to);
    heard.push({ text, readings: spoken, isPause, ...(window && { window }) });
  }
  return heard;
}

/** Words that a given place touches become one word, said as given. */
function withGiven(words: readonly SpokenWord[], given: readonly GivenPhonemes[]): readonly SpokenWord[] {
  if (given.length === 0) return words;
  const said: SpokenWord[] = [];
  let current: GivenPhonemes | undefined;
  for (const word of words) {
    const place = given.find(({ from, to }) => from < word.to && word.from < to);
    const last = said.at(-1);
    if (place === undefined) said.push(word);
    else if (place !== current || last === undefined) said.push({ ...word, readings: [place.phonemes] });
    else said[said.length - 1] = { ...last, text: last.text + word.text, to: word.to, isPause: word.isPause };
    current = place;
  }
  return said;
}

function windowOf(
  places: readonly TimedPlace[],
  first: number,
  to: number,
): { readonly startMs: number; readonly endMs: number } | undefined {
  let window: { startMs: number; endMs: number } | undefined;
  for (let index = first; index < places.length; index++) {
    const place = places[index];
    if (place === undefined || (place.from ?? 0) >= to) break;
    window = {
      startMs: Math.min(window?.startMs ?? place.startMs, place.startMs),
      endMs: Math.max(window?.endMs ?? place.endMs, place.endMs),
    };
  }
  return window;
}
