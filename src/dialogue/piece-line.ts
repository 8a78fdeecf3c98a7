import type { ReplyPiece } from '../expression/index.js';
import type { EntryPiece } from './history-entry.js';

/** A piece on its way from the model to the voice. */
export interface LinedPiece {
  readonly piece: ReplyPiece;
  /** Its place in the history; undefined: not the model's words (an acknowledgement, an apology), and not part of it. */
  readonly entry: EntryPiece | undefined;
}

/**
 * Pieces in order from whoever reads the model to whoever speaks: reading never waits for speaking. Bounded by the length of a reply.
 * One reader.
 */
export class PieceLine {
  readonly #pieces: LinedPiece[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  add(piece: ReplyPiece, entry: EntryPiece | undefined): void {
    if (this.#isEnded) return;
    this.#pieces.push({ piece, entry });
    this.#notify();
  }

  /** Nothing comes any more; what waits is still read. */
  end(): void {
    this.#isEnded = true;
    this.#notify();
  }

  /** What waits is dropped. */
  clear(): void {
    this.#pieces.length = 0;
  }

  async *read(): AsyncGenerator<LinedPiece> {
    for (;;) {
      const next = this.#pieces.shift();
      if (next !== undefined) yield next;
      else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
