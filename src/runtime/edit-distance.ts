/** Edit distances of `text` to each beginning of `other`, from the empty one to all of it. Compares UTF-16 units. */
export function editDistances(text: string, other: string): readonly number[] {
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < text.length; at++) row = nextEditDistances(row, text.charAt(at), other);
  return row;
}

/**
 * The distances when one letter more was read; each letter that is put in, left out or exchanged counts 1.
 *
 * @param row - those so far, one for each beginning of `other`. Zeros at first: what is read may begin anywhere in it.
 * @param letter - one UTF-16 unit.
 */
export function nextEditDistances(row: readonly number[], letter: string, other: string): readonly number[] {
  const next = [(row[0] ?? 0) + 1];
  for (let at = 1; at <= other.length; at++) {
    const swap = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
    next.push(Math.min(swap, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
  }
  return next;
}
