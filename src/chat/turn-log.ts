import type { Conversation, TurnEnd } from '../dialogue/index.js';
import type { Logger } from '../runtime/index.js';

/**
 * Writes one line for each turn that ends: who began it, how it ended, and when what happened in it (`trace`, milliseconds after the end
 * of the user's speech). What was said is private: only a second line, of level debug, has it.
 *
 * `session` is the name under which it is kept, to find it again.
 *
 * @returns ends it.
 */
export function logTurns({ events }: Pick<Conversation, 'events'>, logger: Logger): () => void {
  return events.on('turnEnded', (end) => {
    logger.info(turnFields(end), 'turn');
    const { session, turn, user, reply, heard } = end;
    logger.debug({ session, turn, user, reply, heard }, 'words of a turn');
  });
}

function turnFields({ session, turn, by, outcome, error, trace }: TurnEnd): object {
  return { session, turn, by, outcome, ...(error === undefined ? {} : { code: error.code }), trace };
}
