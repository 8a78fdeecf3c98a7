import type { ToldTurnTimes } from '../api/index.js';
import type { Chat } from '../chat/index.js';
import type { Clock } from '../runtime/index.js';
import type { Session } from '../sessions/index.js';

const MAX_TURNS = 500;
/** Name of the bridge's own page among the protocols. */
const PAGE = 'page';

/** When the stages of the newest turns were reached, of every conversation of the server; bounded. Knows nothing that was said. */
export class TurnBoard {
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #turns: ToldTurnTimes[] = [];

  constructor(clock: Pick<Clock, 'wallMs'>) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get turns(): readonly ToldTurnTimes[] {
    return this.#turns;
  }

  watchSession({ id, events, wish }: Pick<Session, 'id' | 'events' | 'wish'>): void {
    const by = new Map<number, string>();
    events.on('turn', (turn) => by.set(turn.turn, turn.by));
    events.on('ended', ({ turn, outcome, trace }) => {
      this.#add({
        ...{ protocol: wish.by, session: id, turn, outcome, trace: { ...trace } },
        by: by.get(turn) ?? 'typed',
      });
      by.delete(turn);
    });
  }

  /** A conversation of the page. */
  watch({ conversation }: Pick<Chat, 'conversation'>): void {
    conversation.events.on('turnEnded', ({ turn, by, outcome, trace }) =>
      this.#add({ protocol: PAGE, session: undefined, turn, by, outcome, trace: { ...trace } }),
    );
  }

  #add(turn: Omit<ToldTurnTimes, 'endedAtMs'>): void {
    this.#turns.push({ ...turn, endedAtMs: this.#clock.wallMs() });
    if (this.#turns.length > MAX_TURNS) this.#turns.shift();
  }
}
