import type { Clock, Timer } from '../runtime/index.js';
import { BLOCK_SAMPLES, SAMPLE_RATE_HZ } from './sound-player.js';

export interface ClipPlayback {
  /** Silences the clip `delayMs` from now; its end is then then. */
  stopAfter(delayMs: number): void;
  readonly endAtMs: number;
}

export interface ClipStart {
  readonly pcm: Int16Array;
  readonly durationMs: number;
  /** Clock time of the first sample. */
  readonly startAtMs: number;
  readonly onBlock: (pcm: Int16Array, atMs: number) => void;
  /** Called once, when the last sample has been heard. */
  readonly onEnd: () => void;
}

const BLOCK_MS = (BLOCK_SAMPLES * 1000) / SAMPLE_RATE_HZ;

/** Plays whole sounds (files, the synthesised voice) in blocks of 16 ms on the clock; one timer per sound. */
export class ClipPlayer {
  readonly #clock: Clock;
  readonly #timers = new Map<object, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  play(start: ClipStart): ClipPlayback {
    const key = {};
    let endAtMs = start.startAtMs + start.durationMs;
    let next = 0;
    const step = (): void => {
      const nowMs = this.#clock.nowMs();
      while (next < start.pcm.length && blockAtMs(next) <= nowMs && blockAtMs(next) < endAtMs) {
        start.onBlock(start.pcm.slice(next, next + BLOCK_SAMPLES), blockAtMs(next));
        next += BLOCK_SAMPLES;
      }
      if (nowMs >= endAtMs - 0.001) {
        this.#timers.delete(key);
        start.onEnd();
        return;
      }
      const dueMs = next < start.pcm.length ? Math.min(blockAtMs(next), endAtMs) : endAtMs;
      this.#timers.set(key, this.#clock.after(Math.max(0, dueMs - nowMs), step));
    };
    const blockAtMs = (sample: number): number => start.startAtMs + (sample / BLOCK_SAMPLES) * BLOCK_MS;
    this.#timers.set(key, this.#clock.after(Math.max(0, start.startAtMs - this.#clock.nowMs()), step));
    return {
      stopAfter: (delayMs) => {
        endAtMs = Math.min(endAtMs, this.#clock.nowMs() + delayMs);
      },
      get endAtMs() {
        return endAtMs;
      },
    };
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
