import type { Clock, Emitter } from '../runtime/index.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** Where the sound is. While it is paused or between seeks, the driver is told so by its own methods. */
export interface SoundTimeline {
  /** When a position of the sound is heard, on the monotonic clock; undefined while nobody knows. */
  heardAtMs(positionMs: number): number | undefined;
}

export interface LipsDriverOptions {
  readonly clock: Clock;
  readonly timeline: SoundTimeline;
  /** Model alias. */
  readonly model: string;
  /**
   * Sends one message so that it acts at `actAtMs` of `clock`; undefined: at once.
   * Rejections are reported by `failed` and do not stop the driver.
   */
  readonly send: (message: string, actAtMs: number | undefined) => Promise<void>;
}

export interface LipsDriverEvents {
  /** A part was handed over, to act at `actAtMs`. */
  sent: [part: { readonly message: string; readonly startMs: number; readonly actAtMs: number }];
  failed: [error: unknown];
}

/** The contract of the lips-only driver; see `createLipsDriver`. */
export interface LipsDriver {
  readonly events: Emitter<LipsDriverEvents>;
  /** Parts begun in MMDAgent-EX and not ended, by its LIPSYNC_EVENT_START and _STOP. */
  readonly openParts: number;
  /** More phonemes, in order, contiguous or with gaps (which are `sil`). */
  append(phonemes: readonly TimedPhoneme[]): void;
  /** No more will come. */
  finish(): void;
  /** The sound is heard from `positionMs` on, by the timeline. Also after a pause or seek. */
  start(positionMs: number): void;
  /** The sound stands still: closes the mouth. */
  pause(): Promise<void>;
  /** Ends it; the mouth is closed when this resolves. Idempotent. */
  stop(): Promise<void>;
  /** Every message from MMDAgent-EX that is no echo. */
  received(type: string, args: readonly string[]): void;
  /** Resolves when all parts were sent and acted and the mouth is closed: after `finish`. */
  whenDone(): Promise<void>;
}
