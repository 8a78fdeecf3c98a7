import type { Clock, Timer } from '../runtime/index.js';

/** Bytes that all connections together may hold. */
export class ByteBudget {
  readonly #maxBytes: number;
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.#taken;
  }

  /** @returns whether there was room: nothing is taken otherwise. */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#maxBytes) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

export interface RecordingOptions {
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly maxBytes: number;
  /** From its first piece to its end. */
  readonly maxMs: number;
  /** It is given up: what comes of it from now on is dropped. Told once. */
  readonly onRefused: (why: RefusedWhy) => void;
}

export type RefusedWhy = 'tooLong' | 'full';

/** What was recorded, as one; its bytes count until `release`. */
export interface WholeRecording {
  readonly bytes: Uint8Array;
  release(): void;
}

/** Pieces of a recording that come one by one, bounded in bytes and in time. */
export class Recording {
  readonly #options: RecordingOptions;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #timer: Timer | undefined;
  #isRefused = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** @param piece - kept. */
  push(piece: Uint8Array): void {
    if (this.#isRefused) return;
    const { clock, budget, maxBytes, maxMs } = this.#options;
    this.#timer ??= clock.after(maxMs, () => this.#refuse('tooLong'));
    if (this.#bytes + piece.byteLength > maxBytes) this.#refuse('tooLong');
    else if (!budget.take(piece.byteLength)) this.#refuse('full');
    else {
      this.#pieces.push(piece);
      this.#bytes += piece.byteLength;
    }
  }

  /** It is complete; the next piece begins another. @returns undefined when it was refused. */
  end(): WholeRecording | undefined {
    const wasRefused = this.#isRefused;
    const bytes = this.#bytes;
    const whole = Buffer.concat(this.#pieces, bytes);
    this.#reset();
    if (wasRefused) return undefined;
    let isHeld = true;
    return {
      bytes: whole,
      release: () => {
        if (isHeld) this.#options.budget.give(bytes);
        isHeld = false;
      },
    };
  }

  /** Nobody waits for it any more. */
  drop(): void {
    this.#options.budget.give(this.#bytes);
    this.#reset();
  }

  #refuse(why: RefusedWhy): void {
    this.drop();
    this.#isRefused = true;
    this.#options.onRefused(why);
  }

  #reset(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#pieces = [];
    this.#bytes = 0;
    this.#isRefused = false;
  }
}
