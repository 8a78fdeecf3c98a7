import type { WidgetMessage } from './transport.js';

/** @returns true when it has consumed the message: nobody behind it is asked, and the widget does not show it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that only looks returns nothing.
export type MessageHandler = (message: WidgetMessage) => boolean | void | Promise<boolean | void>;

/** Handlers of the page, asked one after the other, in the order in which they came. */
export class Subscribers {
  #handlers: readonly MessageHandler[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #open = 0;

  /** @returns takes it back; idempotent. */
  subscribe(handler: MessageHandler): () => void {
    // A function of its own: one that is given twice is asked twice, and taken back once.
    const entry: MessageHandler = (message) => handler(message);
    this.#handlers = [...this.#handlers, entry];
    return () => {
      this.#handlers = this.#handlers.filter((one) => one !== entry);
    };
  }

  /** In the order of the messages, however long a handler takes. @param then - told whether somebody consumed it. */
  offer(message: WidgetMessage, then: (isConsumed: boolean) => void): void {
    if (this.#handlers.length === 0 && this.#open === 0) {
      then(false);
      return;
    }
    this.#open++;
    this.#last = this.#last
      .then(() => this.#ask(message))
      .then(then)
      .finally(() => {
        this.#open--;
      });
  }

  async #ask(message: WidgetMessage): Promise<boolean> {
    for (const handler of this.#handlers) {
      try {
        if ((await handler(message)) === true) return true;
      } catch (error) {
        // Of the page: it must not keep the conversation from going on.
        console.error(error);
      }
    }
    return false;
  }
}
