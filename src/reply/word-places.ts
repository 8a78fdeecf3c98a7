/** A word in a text, UTF-16 units. */
export interface WordPlace {
  readonly from: number;
  readonly to: number;
}

/**
 * Words of a text by its letters alone, for where nobody has read it; Japanese ones by the platform's dictionary.
 *
 * @param language - BCP 47; one that the platform does not know counts as none.
 */
export function wordPlaces(text: string, language: string | undefined): readonly WordPlace[] {
  const words: WordPlace[] = [];
  for (const { segment, index, isWordLike } of segmenter(language).segment(text))
    if (isWordLike === true) words.push({ from: index, to: index + segment.length });
  return words;
}

/** As `position`, but never between the two halves of a letter. */
export function wholeLetters(text: string, position: number): number {
  const at = Math.max(0, Math.min(text.length, Math.floor(position)));
  const before = text.charCodeAt(at - 1);
  return at < text.length && before >= 0xd800 && before < 0xdc00 ? at - 1 : at;
}

const made = new Map<string, Intl.Segmenter>();

function segmenter(language: string | undefined): Intl.Segmenter {
  const known = made.get(language ?? '');
  if (known !== undefined) return known;
  let one: Intl.Segmenter;
  try {
    one = new Intl.Segmenter(language, { granularity: 'word' });
  } catch {
    one = new Intl.Segmenter(undefined, { granularity: 'word' });
  }
  made.set(language ?? '', one);
  return one;
}

/** The last border of a word at or before `position`. */
export function wordBefore(
  text: string,
  language: string | undefined,
  position: number,
  places: readonly WordPlace[] = wordPlaces(text, language),
): number {
  let border = 0;
  for (const { from, to } of places) {
    if (from <= position) border = Math.max(border, from);
    if (to <= position) border = Math.max(border, to);
  }
  return border;
}
