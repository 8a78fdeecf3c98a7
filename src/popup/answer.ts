import type { Session, SessionPiece, Sessions } from '../sessions/index.js';
import { type AnswerPiece, type Fault, SpokenPieces } from './spoken-pieces.js';

export interface AnswerEnd {
  /** All of it, as it is shown; of one that was stopped, what was given of it. */
  readonly text: string;
  /** What failed: there may be an answer all the same, if it was its voice. */
  readonly failure: (Fault & { readonly stage: 'answer' | 'voice' }) | undefined;
}

export interface AnswerOptions {
  readonly sessions: Pick<Sessions, 'synthesize'>;
  readonly text: string;
  /** Whether the answer is to be heard. */
  readonly isSpoken: boolean;
  /** Told each piece as it comes. */
  readonly onPiece: (piece: AnswerPiece) => void;
  /** Ends the turn. */
  readonly signal: AbortSignal;
}

/**
 * Asks, and waits for all of the answer and its sound. A question to a session that is busy waits there.
 *
 * @throws {RequestError} as `Session.ask`; the signal's reason, when it fires before the turn has begun.
 */
export async function answerOf(session: Session, options: AnswerOptions): Promise<AnswerEnd> {
  const { signal, text } = options;
  signal.throwIfAborted();
  const spoken = new SpokenPieces({ ...options, persona: session.wish.persona, caller: session.wish.caller });
  const told = new ToldTurn(session, (piece) => spoken.push(piece));
  try {
    const asked = await session.ask({ text, ifBusy: 'queue' });
    const cancel = (): void => asked.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      told.follow(asked.turn);
      const { outcome, error } = await asked.ended;
      await spoken.whenTold();
      if (outcome === 'failed' || outcome === 'dropped')
        return { text: told.text, failure: { stage: 'answer', ...(error ?? UNTOLD) } };
      const { fault } = spoken;
      return { text: told.text, failure: fault && { stage: 'voice', ...fault } };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  } finally {
    told.close();
  }
}

const UNTOLD: Fault = { code: 'BRIDGE_ERR_TURN_REFUSED', message: 'The question was dropped' };

/** What a session tells of one turn, whose number is known only after its first pieces may have come. */
class ToldTurn {
  readonly #onPiece: (piece: SessionPiece) => void;
  readonly #leaving: readonly (() => void)[];
  #text = '';
  #given: string | undefined;
  #turn: number | undefined;
  #early: SessionPiece[] = [];

  constructor({ events }: Session, onPiece: (piece: SessionPiece) => void) {
    this.#onPiece = onPiece;
    this.#leaving = [
      events.on('piece', (piece) => {
        if (this.#turn === undefined) this.#early.push(piece);
        else this.#take(piece);
      }),
      events.on('given', (turn, _raw, text) => {
        if (turn === this.#turn) this.#given = text;
      }),
    ];
  }

  get text(): string {
    return (this.#given ?? this.#text).trim();
  }

  follow(turn: number): void {
    this.#turn = turn;
    for (const piece of this.#early.splice(0)) this.#take(piece);
  }

  close(): void {
    for (const leave of this.#leaving) leave();
  }

  #take(piece: SessionPiece): void {
    if (piece.turn !== this.#turn) return;
    this.#text += piece.text;
    this.#onPiece(piece);
  }
}
