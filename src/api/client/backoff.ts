/** Until the next try after so many that failed, milliseconds: 1 s, doubling up to 30 s, up to half as much again by chance. */
export function backoffMs(failures: number, random: () => number): number {
  const baseMs = Math.min(MAX_MS, MIN_MS * 2 ** Math.min(failures, 10));
  return Math.min(MAX_MS, baseMs * (1 + random() / 2));
}

const MIN_MS = 1000;
const MAX_MS = 30_000;
