import type { Clock, Timer } from '../runtime/index.js';

export interface HeldSoundOptions {
  readonly clock: Clock;
  /** s16le mono. */
  readonly sampleRateHz: number;
  /** Takes sound on; waits while there is no room. */
  readonly write: (pcm: Uint8Array) => Promise<void>;
}

interface Held {
  readonly pcm: Uint8Array;
  readonly dueAtMs: number;
}

/** Sound waits for its lips at most so long. */
export const MAX_HOLD_MS = 150;
/** So much sound that may leave is taken ahead of the way's own room: enough for its next breath. */
const ROOM_MS = 100;

/** Sound on its way that waits until its lips are known, at most 150 ms. Where nothing has to be known it does not wait at all. */
export class HeldSound {
  readonly #options: HeldSoundOptions;
  readonly #bytesPerMs: number;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #givenBytes = 0;
  #freeMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #pumping: Promise<void> | undefined;
  #failure: unknown;
  #hasFailed = false;
  #waiters: (() => void)[] = [];

  constructor(options: HeldSoundOptions) {
    this.#options = options;
    this.#bytesPerMs = options.sampleRateHz / 500;
  }

  /** Sound up to this position may leave; Infinity: all that comes. @default Infinity */
  set freeMs(positionMs: number) {
    this.#freeMs = positionMs;
    this.#pump();
  }

  /** Takes sound, owned from now on. Resolves when there is room for more. @throws what `write` threw. */
  async push(pcm: Uint8Array): Promise<void> {
    if (pcm.byteLength === 0) return;
    this.#held.push({ pcm, dueAtMs: this.#options.clock.nowMs() + MAX_HOLD_MS });
    this.#heldBytes += pcm.byteLength;
    this.#pump();
    // What waits for its lips leaves by time; what waits for room is what the caller shall wait for.
    while (this.#pumping !== undefined && this.#heldBytes > ROOM_MS * this.#bytesPerMs + this.#waitingBytes)
      await this.#change();
    if (this.#hasFailed) throw this.#failure;
  }

  /** All leaves, whatever is known. @throws what `write` threw. */
  async flush(): Promise<void> {
    this.freeMs = Number.POSITIVE_INFINITY;
    while (this.#pumping !== undefined) await this.#change();
    if (this.#hasFailed) throw this.#failure;
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#held.length = 0;
    this.#heldBytes = 0;
  }

  /** Of what is held, what may not leave yet. */
  get #waitingBytes(): number {
    return Math.max(0, this.#heldBytes - this.#leavingBytes());
  }

  #leavingBytes(): number {
    const freeBytes = this.#freeMs * this.#bytesPerMs - this.#givenBytes;
    const nowMs = this.#options.clock.nowMs();
    let overdueBytes = 0;
    for (const { pcm, dueAtMs } of this.#held) {
      if (dueAtMs > nowMs + 0.25) break;
      overdueBytes += pcm.byteLength;
    }
    const bytes = Math.min(this.#heldBytes, Math.max(freeBytes, overdueBytes));
    return 2 * Math.floor(bytes / 2);
  }

  #pump(): void {
    if (this.#pumping !== undefined || this.#hasFailed) return;
    this.#timer?.cancel();
    if (this.#leavingBytes() <= 0) {
      const first = this.#held[0];
      if (first === undefined) return;
      this.#timer = this.#options.clock.after(first.dueAtMs - this.#options.clock.nowMs(), () =>
        this.#pump(),
      );
      return;
    }
    this.#pumping = this.#give().then(
      () => this.#pumped(),
      (error: unknown) => {
        this.#hasFailed = true;
        this.#failure = error;
        this.#pumped();
      },
    );
  }

  #pumped(): void {
    this.#pumping = undefined;
    if (!this.#hasFailed) this.#pump();
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async #give(): Promise<void> {
    for (;;) {
      const first = this.#held[0];
      const bytes = Math.min(this.#leavingBytes(), first?.pcm.byteLength ?? 0);
      if (first === undefined || bytes <= 0) return;
      const rest = first.pcm.subarray(bytes);
      if (rest.byteLength === 0) this.#held.shift();
      else this.#held[0] = { ...first, pcm: rest };
      this.#heldBytes -= bytes;
      this.#givenBytes += bytes;
      await this.#options.write(first.pcm.subarray(0, bytes));
      for (const wake of this.#waiters.splice(0)) wake();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
