import type { SessionEvent } from '../messages-out.js';
import type { SessionState } from '../parts.js';

export type TurnEnd = SessionEvent<'ended'>;

/** A turn that was asked for. */
export interface ApiTurn {
  readonly turn: number;
  /** Settles once, never rejects; `dropped` when the session ended before. */
  readonly ended: Promise<TurnEnd>;
  /** As an interruption by the user. */
  cancel(): Promise<void>;
}

/** Ends that nobody has asked for yet: the answer to `ask` may come behind the end of a short turn. */
const MAX_KEPT = 64;

/** Who waits for the end of which turn. */
export class TurnBook {
  readonly #waiting = new Map<number, (end: TurnEnd) => void>();
  readonly #ends = new Map<number, TurnEnd>();
  #isClosed = false;

  whenEnded(turn: number): Promise<TurnEnd> {
    const known = this.#ends.get(turn);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#isClosed) return Promise.resolve(unknownEnd(turn));
    return new Promise((resolve) => this.#waiting.set(turn, resolve));
  }

  ended(end: TurnEnd): void {
    this.#ends.set(end.turn, end);
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined && this.#ends.size > MAX_KEPT) this.#ends.delete(oldest);
    this.#waiting.get(end.turn)?.(end);
    this.#waiting.delete(end.turn);
  }

  /** After a gap: what is not under way any more has ended. */
  stands({ isBusy, messages, context }: SessionState): void {
    for (const turn of [...this.#waiting.keys()]) {
      const lines = messages.filter((line) => line.turn === turn);
      const reply = lines.find(({ role }) => role === 'assistant');
      const outcome = (reply ?? lines[0])?.outcome;
      if (outcome === undefined || outcome === 'open') {
        if (!isBusy) this.ended({ ...unknownEnd(turn), context });
        continue;
      }
      const user = lines.find(({ role }) => role === 'user')?.text ?? '';
      const heard = reply?.text ?? '';
      this.ended({ turn, outcome, context, user, reply: heard, heard, trace: {} });
    }
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
    for (const turn of [...this.#waiting.keys()]) this.ended(unknownEnd(turn));
  }
}

function unknownEnd(turn: number): TurnEnd {
  return { turn, outcome: 'dropped', context: '', user: '', reply: '', heard: '', trace: {} };
}
