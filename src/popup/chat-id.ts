import { inOneLine } from '../runtime/index.js';

/** Room for the prefix in the 128 characters of a session's name. */
export const MAX_ID_CHARS = 100;
const MAX_LOGGED_CHARS = 24;

/** Whether it can name a conversation: not blank, not longer than names of sessions may be. */
export function isChatId(id: string): boolean {
  return id.trim() !== '' && id.length <= MAX_ID_CHARS;
}

/** As logs have it: one line, no controls, and short, since pages choose it. */
export function loggedId(id: string | undefined): string {
  const line = inOneLine((id ?? '').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' '));
  const letters = [...line];
  return letters.length <= MAX_LOGGED_CHARS ? line : `${letters.slice(0, MAX_LOGGED_CHARS).join('')}…`;
}
