import type { Words } from './words.js';

/** Screen readers hear of a level so often at most. */
export const TOLD_EVERY_MS = 500;

/** Draws how far a bar reaches, 0 … 1, by a transform only. */
export function moveBar(bar: HTMLElement, part: number): void {
  bar.style.transform = `translateX(${(100 * part - 100).toFixed(1)}%)`;
}

/** Tells screen readers the level of a meter. */
export function tellLevel(meter: HTMLElement, levelDb: number, words: Words): void {
  const db = String(Math.round(levelDb));
  meter.setAttribute('aria-valuenow', db);
  meter.setAttribute('aria-valuetext', words.say('micLevelText', { db }));
}
