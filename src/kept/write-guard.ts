import { errorText, type Logger } from '../runtime/index.js';

/**
 * Keeps a disk that fails away from the conversation: what cannot be written is dropped, with one warning until writing works again.
 */
export class WriteGuard {
  readonly #logger: Logger;
  readonly #what: string;
  #dropped = 0;

  /** @param what - as the log names it: `words`, `sound`. */
  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  /** Never rejects. */
  async run(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.drop(errorText(error));
      return;
    }
    if (this.#dropped === 0) return;
    this.#logger.info({ what: this.#what, dropped: this.#dropped }, 'Conversations are kept again');
    this.#dropped = 0;
  }

  /** Counts something that is not kept; warns of the first. */
  drop(reason: string): void {
    this.#dropped++;
    if (this.#dropped > 1) return;
    this.#logger.warn(
      { code: 'BRIDGE_ERR_KEPT', what: this.#what, reason },
      'The conversation goes on but is not kept: check that keep.folder may be written to and has free space',
    );
  }
}
