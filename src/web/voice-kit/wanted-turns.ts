/** Which turn is the newest, whether it has ended at the server, and which are not wanted any more. */
export class WantedTurns {
  #newest = 0;
  #hasEnded = true;
  /** Sound of turns up to this one is not wanted. */
  #stopped = 0;
  /** Stopped while something was being understood: the turn that comes of it is not wanted either. */
  #isStopPending = false;

  get newest(): number {
    return this.#newest;
  }

  /** The newest ended at the server, and was not stopped here before. */
  get hasEnded(): boolean {
    return this.#hasEnded && this.isWanted(this.#newest);
  }

  isWanted(turn: number): boolean {
    return turn > this.#stopped;
  }

  /** @param isSpoken - by the user. @returns whether it is wanted. */
  began(turn: number, isSpoken: boolean): boolean {
    this.#newest = turn;
    this.#hasEnded = false;
    if (!isSpoken || !this.#isStopPending) return true;
    this.#isStopPending = false;
    this.#stopped = turn;
    return false;
  }

  ended(turn: number): void {
    if (turn === this.#newest) this.#hasEnded = true;
  }

  /** @param isUnderstanding - a turn may still come of what was said. */
  stop(isUnderstanding: boolean): void {
    this.#isStopPending = isUnderstanding;
    this.#stopped = this.#newest;
    this.#hasEnded = true;
  }

  /** What was said before counts no more. */
  goOn(): void {
    this.#isStopPending = false;
  }

  /** Another conversation: turns count from one again. */
  renew(): void {
    this.#newest = 0;
    this.#stopped = 0;
    this.#hasEnded = true;
    this.#isStopPending = false;
  }
}
