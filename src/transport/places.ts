import type { SocketConnection } from './socket-connection.js';

type Decide = (slot: number | undefined) => void;

/**
 * The numbered places of a listening link: 0 for its own peer, 1… for those beside a living first.
 *
 * A place whose occupant gives no sign of life when asked goes to the newcomer: MMDAgent-EX was restarted and the
 * old connection is half open. `decide` is called once, with a place that is free at that moment and must be
 * filled in the same call, or with undefined when every candidate is alive.
 */
export class Places {
  readonly #maxPeers: number;
  readonly #occupants = new Map<number, SocketConnection>();

  constructor(maxPeers: number) {
    this.#maxPeers = maxPeers;
  }

  get connections(): readonly SocketConnection[] {
    return [...this.#occupants.values()];
  }

  put(connection: SocketConnection): void {
    this.#occupants.set(connection.slot, connection);
    connection.events.on('closed', () => {
      if (this.#occupants.get(connection.slot) === connection) this.#occupants.delete(connection.slot);
    });
  }

  /** The link's own place. @returns Takes the question back. */
  claimFirst(decide: Decide): () => void {
    return this.#claim([0], decide);
  }

  /** The lowest free place from 1 on. @returns Takes the question back. */
  claimLane(decide: Decide): () => void {
    const lanes = Array.from({ length: Math.max(0, this.#maxPeers - 1) }, (_, index) => index + 1);
    return this.#claim(lanes, decide);
  }

  #claim(slots: readonly number[], decide: Decide): () => void {
    const free = slots.find((slot) => !this.#occupants.has(slot));
    if (free !== undefined || slots.length === 0) {
      decide(free);
      return () => {};
    }
    let undecided = slots.length;
    let isDone = false;
    const offs: (() => void)[] = [];
    const stop = (): void => {
      isDone = true;
      for (const off of offs) off();
    };
    for (const slot of slots) {
      if (isDone) break;
      const occupant = this.#occupants.get(slot);
      const judge = (isAlive: boolean): void => {
        if (isDone) return;
        undecided -= 1;
        if (!isAlive) occupant?.takeOver();
        // Another newcomer may have been faster; it has only just arrived and is alive.
        const isFree = !this.#occupants.has(slot);
        if (!isFree && undecided > 0) return;
        stop();
        decide(isFree ? slot : undefined);
      };
      if (occupant === undefined) judge(false);
      else offs.push(occupant.checkAlive(judge));
    }
    return stop;
  }
}
