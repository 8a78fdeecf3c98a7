import { setMaxListeners } from 'node:events';

/**
 * A signal of one's own that also fires with another.
 *
 * Unlike `anySignal` it lets go of the other again: a text of a thousand sentences under one signal must not leave a
 * thousand listeners on it.
 */
export class LinkedAbort {
  readonly #controller = new AbortController();
  readonly #release: () => void;

  constructor(outer: AbortSignal | undefined) {
    // Several sentences under way have a handful of listeners each; none stays when it is over.
    setMaxListeners(0, this.#controller.signal);
    const onAbort = (): void => this.#controller.abort(outer?.reason);
    this.#release = () => outer?.removeEventListener('abort', onAbort);
    if (outer?.aborted === true) onAbort();
    else outer?.addEventListener('abort', onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param reason - what those who wait are thrown. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Lets go of the other signal; idempotent. */
  release(): void {
    this.#release();
  }
}

/** What work is ended with that nobody wants any more. */
export function noLongerWanted(): DOMException {
  return new DOMException('No longer wanted', 'AbortError');
}
