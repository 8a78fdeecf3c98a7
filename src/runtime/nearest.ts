/**
 * The name a misspelt one was probably meant to be.
 *
 * Case and the separators `-` and `_` count nothing, so `lead-ms` finds `leadMs`.
 *
 * @returns undefined when nothing is within a third of the length.
 */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  const target = plain(wrong.slice(0, 64));
  let best: string | undefined;
  let bestDistance = Math.floor(target.length / 3) + 1;
  for (const name of names) {
    const distance = editDistance(target, plain(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(swap, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
