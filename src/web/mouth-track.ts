/** Weights 0-1 of the morphs あ い う お. */
export interface MouthWeights {
  readonly a: number;
  readonly i: number;
  readonly u: number;
  readonly o: number;
}

export const CLOSED: MouthWeights = { a: 0, i: 0, u: 0, o: 0 };
/** A mouth of which nothing more is told closes: its last word may have been lost. */
const FORGOTTEN_MS = 400;
const MAX_WAITING = 200;

/** Mouths that were told, held back until their sound is heard here. Pure: times come from the caller. */
export class MouthTrack {
  readonly #waiting: { readonly dueMs: number; readonly mouth: MouthWeights }[] = [];
  #shown = CLOSED;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  push(mouth: MouthWeights, nowMs: number, delayMs: number): void {
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift();
    this.#waiting.push({ dueMs: nowMs + delayMs, mouth });
  }

  at(nowMs: number): MouthWeights {
    for (
      let first = this.#waiting[0];
      first !== undefined && first.dueMs <= nowMs;
      first = this.#waiting[0]
    ) {
      this.#shown = first.mouth;
      this.#shownAtMs = first.dueMs;
      this.#waiting.shift();
    }
    return nowMs - this.#shownAtMs > FORGOTTEN_MS ? CLOSED : this.#shown;
  }
}
