import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import type { Clock } from '../runtime/index.js';

/** An engine that tells phonemes does so within this much of its sound, and of time: they come with the sound or before it. */
const TOLD_WITHIN_MS = 200;

/** Sound of a stretch whose phonemes an engine has promised and not told yet: kept, so that it can be listened to after all. */
export class UntoldSound {
  readonly #clock: Clock | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #sinceMs: number | undefined;

  /** @param clock - undefined: nobody waits, so there is time to the end of the stretch. */
  constructor(clock: Clock | undefined) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Whether phonemes should have come. Not where all the sound came at once: they may follow at once as well. */
  get isOverdue(): boolean {
    if (this.#clock === undefined || this.#sinceMs === undefined) return false;
    const sinceMs = this.#clock.nowMs() - this.#sinceMs;
    return sinceMs >= TOLD_WITHIN_MS && this.#bytes >= TOLD_WITHIN_MS * OUTPUT_BYTES_PER_MS;
  }

  /** @param pcm - s16le mono 16 kHz, not empty; copied. */
  push(pcm: Uint8Array): void {
    this.#sinceMs ??= this.#clock?.nowMs();
    this.#bytes += pcm.byteLength;
    this.#pieces.push(pcm.slice());
  }

  /** @returns All of it, which is kept no longer. */
  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#sinceMs = undefined;
    return pieces;
  }
}
