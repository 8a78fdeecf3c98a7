import { PassThrough, type Readable } from 'node:stream';

/** Standard input that waits where it is until somebody listens to it. */
export class HeldInput {
  /** What to read. */
  readonly stream = new PassThrough();
  readonly #input: Readable;
  #isHeld = true;

  constructor(input: Readable) {
    this.#input = input;
  }

  /** It comes from now on, from its beginning. Idempotent. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const { stream } = this;
    this.#input
      .on('error', (error) => stream.destroy(error))
      // Destroyed, it has no end.
      .on('close', () => stream.end())
      .pipe(stream);
  }

  /** What still comes is read and dropped, and keeps no process alive: its writer must not wait for us. */
  close(): void {
    this.#isHeld = false;
    this.#input.unpipe(this.stream);
    this.#input.on('error', () => {}).resume();
    if ('unref' in this.#input && typeof this.#input.unref === 'function') this.#input.unref();
  }
}
