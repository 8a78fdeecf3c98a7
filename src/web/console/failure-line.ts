import { make } from '../dom.js';
import { type PlayError, playErrorOf } from '../play-error.js';
import type { Words } from '../words.js';

/** What a panel could not find out or have done: a line that is there while it holds, in the language of the page. */
export class FailureLine {
  readonly element = make('p', 'failure');
  readonly #words: Words;
  #error: PlayError | undefined;

  constructor(words: Words) {
    this.#words = words;
    this.element.hidden = true;
    this.element.setAttribute('role', 'alert');
    words.events.on('changed', () => this.#show());
  }

  /** Asks the server. What goes wrong is told here, and what did before is told no more. */
  async tried(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.tell(undefined);
    } catch (error) {
      this.tell(playErrorOf(error, 'BRIDGE_ERR_DAEMON_UNREACHABLE'));
    }
  }

  /** @param error - undefined: what was wrong is so no more. */
  tell(error: PlayError | undefined): void {
    this.#error = error;
    this.#show();
  }

  #show(): void {
    const error = this.#error;
    this.element.hidden = error === undefined;
    this.element.replaceChildren(...(error === undefined ? [] : this.#words.sayError(error)));
  }
}
