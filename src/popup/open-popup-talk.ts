import type { Caller } from '../access/index.js';
import type { Session, Sessions } from '../sessions/index.js';
import type { PopupOptions } from './frames.js';

/**
 * The conversation of a caller and id.
 *
 * Its sound goes nowhere: a page shows all of an answer and plays it when it likes, so what is written counts as said, and a turn is over
 * when its words are. What is to be heard is spoken beside it (`SpokenPieces`).
 *
 * @param id - checked by `isChatId`.
 * @throws {RequestError} as `Sessions.open`.
 */
export function openPopupTalk(
  sessions: Pick<Sessions, 'open'>,
  { caller, id, options }: { readonly caller: Caller; readonly id: string; readonly options: PopupOptions },
): Session {
  const { persona, welcome } = options;
  const isWelcomed = welcome !== undefined && welcome.trim() !== '';
  return sessions.open({
    caller,
    name: `popup:${id}`,
    by: 'popup',
    persona,
    voice: { to: 'nobody' },
    said: isWelcomed ? [{ role: 'assistant', text: welcome }] : undefined,
  });
}
