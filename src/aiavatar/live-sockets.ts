import type { Session } from '../sessions/index.js';

/** A connection that speaks for a session. */
export interface LiveSocket {
  readonly userId: string | undefined;
  /** What the client told with `start`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Another connection of the caller took the session over. */
  displaced(): void;
  /** The server ends. */
  shutDown(): void;
}

/** Which connection speaks for which session: the newest, since a client that comes back may have left a dead connection behind. */
export class LiveSockets {
  readonly #sockets = new Map<Session, LiveSocket>();

  enter(session: Session, socket: LiveSocket): void {
    const before = this.#sockets.get(session);
    this.#sockets.delete(session);
    this.#sockets.set(session, socket);
    if (before !== undefined && before !== socket) before.displaced();
  }

  /** @returns whether it was the one that spoke for it. */
  leave(session: Session, socket: LiveSocket): boolean {
    if (this.#sockets.get(session) !== socket) return false;
    this.#sockets.delete(session);
    return true;
  }

  /** The newest of this user of this caller. */
  ofUser(callerId: string, user: string): { session: Session; socket: LiveSocket } | undefined {
    let found: { session: Session; socket: LiveSocket } | undefined;
    for (const [session, socket] of this.#sockets) {
      if (session.wish.caller.id === callerId && socket.userId === user) found = { session, socket };
    }
    return found;
  }

  shutDown(): void {
    for (const socket of [...this.#sockets.values()]) socket.shutDown();
    this.#sockets.clear();
  }
}
