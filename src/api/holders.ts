import type { Session } from '../sessions/index.js';

/** How many connections hold on to each session. */
export class Holders {
  readonly #counts = new WeakMap<Session, number>();

  enter(session: Session): void {
    this.#counts.set(session, (this.#counts.get(session) ?? 0) + 1);
  }

  /** @returns whether nobody holds it now. */
  leave(session: Session): boolean {
    const left = Math.max(0, (this.#counts.get(session) ?? 0) - 1);
    this.#counts.set(session, left);
    return left === 0;
  }
}
