import type { TextKey } from '../texts.js';
import type { Words } from '../words.js';

/** How long, in the largest unit that fits. */
export function spanOf(ms: number): { readonly key: TextKey; readonly count: number } {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return { key: 'conSeconds', count: seconds };
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? { key: 'conMinutes', count: minutes }
    : { key: 'conHours', count: Math.round(minutes / 60) };
}

export function saySpan(words: Words, ms: number): string {
  const { key, count } = spanOf(ms);
  return words.say(key, { count });
}

/** Of the wall clock, milliseconds since 1970; with the date where it is not today's. */
export function sayTime(words: Words, atMs: number): string {
  const at = new Date(atMs);
  const isToday = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(words.language, {
    ...(isToday ? {} : { dateStyle: 'short' }),
    timeStyle: 'medium',
  });
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
