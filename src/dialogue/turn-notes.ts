/**
 * What a turn tells the world, kept back while it is a guess: nobody hears of a reply that may be thrown away unheard.
 */
export class TurnNotes {
  #waiting: (() => void)[] | undefined;

  constructor(isGuess: boolean) {
    this.#waiting = isGuess ? [] : undefined;
  }

  tell(run: () => void): void {
    if (this.#waiting === undefined) run();
    else this.#waiting.push(run);
  }

  /** From now on at once; what waited, in order, first. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }

  drop(): void {
    this.#waiting = this.#waiting === undefined ? undefined : [];
  }
}
