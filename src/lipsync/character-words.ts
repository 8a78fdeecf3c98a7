/** Something in a text with its place in the sound. */
export interface PlacedText {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A word with its place in the sound and in the text that the characters make, UTF-16 units. */
export interface PlacedWord extends PlacedText {
  readonly from: number;
  readonly to: number;
}

/**
 * Words from characters with their times, as ElevenLabs tells them (prefer its `normalized_alignment`: what was spoken).
 *
 * Where words end is decided by the rules of Unicode and, for Japanese, the dictionary of the platform. A word lasts from the
 * start of its first character to the end of its last; what is no word (blanks, marks) is left out.
 *
 * @param characters - in order; each may be several units long.
 * @param language - BCP 47. @default 'en'
 */
export function wordsOfCharacters(characters: readonly PlacedText[], language = 'en'): PlacedWord[] {
  const ends: number[] = [];
  let text = '';
  for (const character of characters) {
    text += character.text;
    ends.push(text.length);
  }
  const words: PlacedWord[] = [];
  let first = 0;
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(
    text,
  )) {
    const to = index + segment.length;
    while (first < ends.length - 1 && (ends[first] ?? 0) <= index) first++;
    let last = first;
    while (last < ends.length - 1 && (ends[last] ?? 0) < to) last++;
    const startMs = characters[first]?.startMs;
    const endMs = characters[last]?.endMs;
    if (isWordLike !== true || startMs === undefined || endMs === undefined) continue;
    words.push({ text: segment, startMs, endMs: Math.max(startMs, endMs), from: index, to });
  }
  return words;
}
