import { editDistances } from './edit-distance.js';

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
    const distance = editDistances(target, plain(name)).at(-1) ?? 0;
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
