import type { Logger } from '../runtime/index.js';
import { loggedId } from './chat-id.js';

/** What could not be done, in the order of a turn. */
export const FAILED = {
  hearing: "The user's audio could not be converted to text",
  answer: 'No answer could be had',
  voice: 'The answer could not be converted to audio',
} as const;

/** A line with the conversation's id, shortened: a page chose it. */
export function logFailure(
  logger: Logger,
  id: string | undefined,
  { what, error }: { readonly what: string; readonly error?: unknown },
): void {
  logger.warn({ err: error, chatId: loggedId(id) }, what);
}
