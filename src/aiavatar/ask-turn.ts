import type { Clock } from '../runtime/index.js';
import type { Session, SessionQuestion } from '../sessions/index.js';
import { followTurn, type TurnNews } from './follow-turn.js';

export interface AskOptions {
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly tell: (news: TurnNews) => void;
  /** As `followTurn` has it: of those that can show a picture. */
  readonly clock?: Clock | undefined;
}

/** Asks, and tells of the turn as `followTurn` does. @throws as `Session.ask`, before anything was told. */
export async function askTurn(
  question: SessionQuestion,
  { session, signal, tell, clock }: AskOptions,
): Promise<void> {
  let cancel = (): void => {};
  const begin = async (): Promise<number> => {
    const asked = await session.ask(question);
    cancel = () => asked.cancel();
    return asked.turn;
  };
  await followTurn({ session, begin, tell, clock, signal, cancel: () => cancel() });
}

/** Gives a picture that a turn waits for, and tells how that turn goes on. @throws {RequestError} BRIDGE_ERR_VISION, BRIDGE_ERR_USAGE */
export async function showTurn(
  picture: { readonly id: string; readonly turn: number; readonly image: string },
  { session, signal, tell, clock, onShown }: AskOptions & { readonly onShown: () => void },
): Promise<void> {
  const begin = async (): Promise<number> => {
    session.give(picture.id, { image: picture.image });
    onShown();
    return picture.turn;
  };
  await followTurn({ session, begin, tell, clock, signal, cancel: () => session.interrupt() });
}
