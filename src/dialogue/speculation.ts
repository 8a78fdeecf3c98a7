import type { Heard } from './listener.js';
import type { SpeculationSettings } from './settings.js';
import type { TurnDesk } from './turn-desk.js';
import type { NewTurn } from './turn-plan.js';

/**
 * Replies prepared unheard on a likely end of the user's turn: at most one at a time, and a bounded number in one utterance.
 *
 * | guess | input | next |
 * |---|---|---|
 * | none | `offer`: words in a pause | prepared for them |
 * | prepared | `offer` of the same words | stays |
 * | prepared | `offer` of others, `drop` (the voice goes on) | none: thrown away unheard |
 * | prepared | `take` of the same words: the end stands | none: it is the turn |
 */
export class Speculation {
  readonly #desk: TurnDesk;
  readonly #settings: SpeculationSettings;
  #guessed: { readonly heard: Heard; readonly text: string } | undefined;

  constructor(desk: TurnDesk, settings: SpeculationSettings) {
    this.#desk = desk;
    this.#settings = settings;
  }

  offer(heard: Heard, text: string, plan: () => NewTurn): void {
    if (this.#isFor(heard, text)) return;
    this.drop();
    if (!this.#settings.isOn || heard.guesses >= this.#settings.maxTries) return;
    if (this.#desk.turn !== undefined) return;
    heard.guesses++;
    this.#guessed = { heard, text };
    this.#desk.prepare(plan()).mark('transcript');
  }

  /** The end stands. */
  ended(heard: Heard): void {
    if (this.#guessed?.heard === heard) this.#desk.guess?.mark('endOfTurn');
  }

  /** @returns whether the guess was right and is the turn now; else it is thrown away. */
  take(heard: Heard, text: string): boolean {
    const isRight = this.#isFor(heard, text);
    this.#guessed = isRight ? undefined : this.#guessed;
    if (isRight) this.#desk.confirmGuess();
    else this.drop();
    return isRight;
  }

  drop(): void {
    this.#guessed = undefined;
    this.#desk.dropGuess();
  }

  /** A guess that failed in the meantime is none. */
  #isFor(heard: Heard, text: string): boolean {
    const guessed = this.#guessed;
    return guessed?.heard === heard && this.#desk.guess !== undefined && isSame(guessed.text, text);
  }
}

/** Recognizers write the same words with other marks when they are sure. */
function isSame(first: string, second: string): boolean {
  const plain = (text: string): string =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '');
  return plain(first) === plain(second);
}
