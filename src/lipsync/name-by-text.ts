/** Cells of the table that compares the two; about 4000 visemes with their text. */
const MAX_CELLS = 20_000_000;
const MATCH = 3;
/** What may be left out on either side: a viseme without a phoneme of its own, a phoneme without a viseme. */
const SKIP = -1;

const FROM_BOTH = 1;
const FROM_SOUND = 2;

/**
 * Names each of a row of sounds, of which only its kind is known, by the phonemes of the text.
 *
 * The best alignment that keeps both orders; sounds and phonemes without a partner are passed over.
 *
 * @param kinds - for each sound the names it may have.
 * @returns For each sound its name, or undefined where the text has none for it; all undefined for a text that is too long.
 */
export function nameByText(
  kinds: readonly (readonly string[])[],
  phonemes: readonly string[],
): readonly (string | undefined)[] {
  const width = phonemes.length + 1;
  const names: (string | undefined)[] = kinds.map(() => undefined);
  if (phonemes.length === 0 || kinds.length * width > MAX_CELLS) return names;
  const came = wayThrough(kinds, phonemes);
  let left = kinds.length;
  let right = phonemes.length;
  while (left > 0 && right > 0) {
    const from = came[left * width + right];
    if (from === FROM_BOTH) {
      left--;
      right--;
      names[left] = phonemes[right];
    } else if (from === FROM_SOUND) left--;
    else right--;
  }
  return names;
}

/** For each pair of lengths, from where its best alignment comes. */
function wayThrough(kinds: readonly (readonly string[])[], phonemes: readonly string[]): Uint8Array {
  const width = phonemes.length + 1;
  const came = new Uint8Array((kinds.length + 1) * width);
  let above = Float64Array.from({ length: width }, (_, index) => index * SKIP);
  for (const [row, kind] of kinds.entries()) {
    const scores = new Float64Array(width);
    scores[0] = (row + 1) * SKIP;
    for (let column = 1; column < width; column++) {
      const both = kind.includes(phonemes[column - 1] ?? '')
        ? (above[column - 1] ?? 0) + MATCH
        : Number.NEGATIVE_INFINITY;
      const sound = (above[column] ?? 0) + SKIP;
      const text = (scores[column - 1] ?? 0) + SKIP;
      const best = Math.max(both, sound, text);
      scores[column] = best;
      came[(row + 1) * width + column] = best === both ? FROM_BOTH : best === sound ? FROM_SOUND : 0;
    }
    above = scores;
  }
  return came;
}
