import { lipBorderDelayMs } from '../protocol/index.js';

/** How a tied message takes effect in the peer, which decides how long before the sound it must leave. */
export type EffectKind = 'message' | 'lipsync' | 'exmorph';

const SAMPLES = 9;
/** Beyond this a round trip tells of a stall, not of the peer's frame rate. */
const MAX_DELAY_MS = 400;
/** Measured at 60 frames a second, before anything is known of this peer. */
const DEFAULT_ECHO_MS = 29;
/**
 * How long messages take to act in this peer, from the round trips of its own answers: they are two display frames, so
 * they tell its frame rate.
 *
 * @source measured on the running program at 60, 15 and 12 frames a second: a value set by message is on screen after the
 *   echo time (29, 97, 144 ms); EXMORPH acts on the next frame and is half way after 54 ms (60 frames a second) or 39 ms
 *   (15). Phoneme borders: lipBorderDelayMs.
 */
export class DelayEstimator {
  readonly #echoesMs: number[] = [];
  readonly #lipsyncsMs: number[] = [];
  /** Kept, since every tied message asks for them with every unit of sound. */
  #echoMs = DEFAULT_ECHO_MS;
  #lipsyncMs: number | undefined;

  echoed(roundTripMs: number): void {
    add(this.#echoesMs, roundTripMs);
    this.#echoMs = median(this.#echoesMs) ?? DEFAULT_ECHO_MS;
  }

  lipsyncStarted(roundTripMs: number): void {
    add(this.#lipsyncsMs, roundTripMs);
    this.#lipsyncMs = median(this.#lipsyncsMs);
  }

  /** Median round trip of an echo, milliseconds. */
  get echoMs(): number {
    return this.#echoMs;
  }

  /** Round trips known so far. */
  get echoCount(): number {
    return this.#echoesMs.length;
  }

  /** Milliseconds from sending to effect; negative when the effect precedes the sending's nominal time. */
  delayMs(kind: EffectKind): number {
    switch (kind) {
      case 'message':
        return this.echoMs;
      case 'lipsync':
        return lipBorderDelayMs(this.#lipsyncMs ?? this.echoMs + 3);
      case 'exmorph':
        return this.echoMs < 60 ? 54 : 40;
    }
  }
}

function add(samples: number[], roundTripMs: number): void {
  if (!(roundTripMs >= 0 && roundTripMs <= MAX_DELAY_MS)) return;
  samples.push(roundTripMs);
  if (samples.length > SAMPLES) samples.shift();
}

function median(samples: readonly number[]): number | undefined {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
