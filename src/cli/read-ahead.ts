/** Sound that is read once; a part of SoundSource, so that tests can act one. */
export interface PlayableSound {
  /** s16le mono, blocks of whole samples of any length. */
  frames(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export interface ReadAheadOptions {
  /** s16le mono. */
  readonly sampleRateHz: number;
  /** Sound that is read before it is asked for; reading stops there until some was taken. */
  readonly aheadMs: number;
  /** Every block as it is read, before it can be taken. */
  readonly onSound?: ((pcm: Uint8Array) => void) | undefined;
}

/**
 * Reads a sound a little before it is needed: so that a source that stutters is heard evenly, and the mouth knows what comes.
 *
 * Memory is bounded by `aheadMs` and one block.
 */
export class ReadAhead {
  readonly #sound: PlayableSound;
  readonly #options: ReadAheadOptions;
  readonly #blocks: Uint8Array[] = [];
  #bufferedBytes = 0;
  #isEnded = false;
  #error: unknown;
  #hasFailed = false;
  #isClosed = false;
  /** Wake the reader when there is room, and the taker when there is sound. */
  #onRoom: (() => void) | undefined;
  #onSound: (() => void) | undefined;

  constructor(sound: PlayableSound, options: ReadAheadOptions) {
    this.#sound = sound;
    this.#options = options;
    void this.#read();
  }

  get bufferedMs(): number {
    return (this.#bufferedBytes * 1000) / (2 * this.#options.sampleRateHz);
  }

  /** Resolves when so much is there, or all of it, or nothing more can come. */
  async filled(ms: number): Promise<void> {
    while (this.bufferedMs < ms && !this.#isOver) await this.#change();
  }

  /**
   * The next sound, at most so long; undefined at its end and after `close`.
   *
   * @throws what reading threw, once everything before it was taken.
   */
  async take(maxMs: number): Promise<Uint8Array | undefined> {
    while (this.#bufferedBytes === 0 && !this.#isOver) await this.#change();
    const block = this.#blocks.shift();
    if (block === undefined) {
      if (this.#hasFailed && !this.#isClosed) throw this.#error;
      return undefined;
    }
    const maxBytes = Math.max(2, 2 * Math.round((maxMs * this.#options.sampleRateHz) / 1000));
    if (block.byteLength > maxBytes) this.#blocks.unshift(block.subarray(maxBytes));
    const taken = block.subarray(0, maxBytes);
    this.#bufferedBytes -= taken.byteLength;
    this.#onRoom?.();
    return taken;
  }

  /** Idempotent; ends a `take` and a `filled` that wait. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#blocks.length = 0;
    this.#bufferedBytes = 0;
    this.#onRoom?.();
    this.#onSound?.();
    await this.#sound.close();
  }

  get #isOver(): boolean {
    return this.#isEnded || this.#hasFailed || this.#isClosed;
  }

  async #read(): Promise<void> {
    try {
      for await (const block of this.#sound.frames()) {
        if (this.#isClosed) return;
        this.#options.onSound?.(block);
        this.#blocks.push(block);
        this.#bufferedBytes += block.byteLength;
        this.#onSound?.();
        while (this.bufferedMs >= this.#options.aheadMs && !this.#isClosed)
          await new Promise<void>((resolve) => {
            this.#onRoom = resolve;
          });
      }
      this.#isEnded = true;
    } catch (error) {
      this.#error = error;
      this.#hasFailed = true;
    }
    this.#onSound?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSound = resolve;
    });
  }
}
