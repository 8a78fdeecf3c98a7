import { byId } from './dom.js';
import type { PlayError } from './play-error.js';
import type { Words } from './words.js';

/** What went wrong, below the field; read aloud once. */
export class TalkFailure {
  readonly #words: Words;
  readonly #box = byId('talk-error');
  #error: PlayError | undefined;
  #errors = 0;

  constructor(words: Words) {
    this.#words = words;
    words.events.on('changed', () => this.#show());
  }

  get isEmpty(): boolean {
    return this.#error === undefined;
  }

  show(error: PlayError | undefined): void {
    // The same one is told twice: when it happens, and when its turn ends.
    if (error?.code !== this.#error?.code || error?.message !== this.#error?.message) this.#errors++;
    this.#error = error;
    this.#show();
  }

  /** This is not so any more. */
  forget(code: string): void {
    if (this.#error?.code === code) this.show(undefined);
  }

  #show(): void {
    const error = this.#error;
    this.#box.hidden = error === undefined;
    // Said again only when it changed.
    const said = error === undefined ? '' : `${this.#words.language}${this.#errors}`;
    if (this.#box.dataset['said'] === said) return;
    this.#box.dataset['said'] = said;
    this.#box.replaceChildren(...(error === undefined ? [] : this.#words.sayError(error)));
  }
}
