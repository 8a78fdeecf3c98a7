import { REALTIME_BYTES_PER_MS } from '../realtime.js';
import { UpwardSound } from '../upward-sound.js';

/** So much of what the user says is kept, to say it again on a new connection. */
const MAX_HELD_MS = 120_000;
const MAX_HELD_BYTES = MAX_HELD_MS * REALTIME_BYTES_PER_MS;

/** The user's sound of one turn, ready to be sent, as it comes and once more from its beginning when a connection broke. */
export class HeldSound {
  readonly #source: AsyncIterable<Uint8Array>;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isWhole = true;
  #isEnded = false;
  #error: { readonly cause: unknown } | undefined;
  #waiting: (() => void)[] = [];
  #isLeft = false;
  #dropped = 0;

  /** @param source - s16le mono 16 kHz; read at once. */
  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
    this.#pump().catch(() => {});
  }

  /** False when its beginning is no longer there. */
  get canRepeat(): boolean {
    return this.#isWhole;
  }

  /** Nothing more is read of it, and nothing kept; idempotent. */
  leave(): void {
    this.#isLeft = true;
    this.#isWhole = false;
    this.#held = [];
    this.#heldBytes = 0;
    this.#tell();
  }

  /** s16le mono 24 kHz from the beginning. @throws what the source threw. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    let at = 0;
    let dropped = this.#dropped;
    for (;;) {
      at = Math.max(0, at - (this.#dropped - dropped));
      dropped = this.#dropped;
      const chunk = this.#held[at];
      if (chunk !== undefined) {
        at++;
        yield chunk;
      } else if (this.#error !== undefined) throw this.#error.cause;
      else if (this.#isEnded || this.#isLeft) return;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #pump(): Promise<void> {
    let upward: UpwardSound | undefined;
    try {
      upward = await UpwardSound.create();
      for await (const pcm of this.#source) {
        if (this.#isLeft) return;
        this.#hold(upward.push(pcm));
      }
      this.#hold(upward.end());
      this.#isEnded = true;
    } catch (cause) {
      this.#error = { cause };
    } finally {
      upward?.free();
      this.#tell();
    }
  }

  #hold(chunk: Uint8Array): void {
    if (chunk.byteLength === 0 || this.#isLeft) return;
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    while (this.#heldBytes > MAX_HELD_BYTES) {
      const first = this.#held.shift();
      this.#heldBytes -= first?.byteLength ?? 0;
      this.#dropped++;
      this.#isWhole = false;
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
