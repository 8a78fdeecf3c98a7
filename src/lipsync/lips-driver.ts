import type { Clock, Emitter } from '../runtime/index.js';
import type { PhonemeNames } from './phoneme-names.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** Where the sound is. While it is paused or between seeks, the driver is told so by its own methods. */
export interface SoundTimeline {
  /**
   * When a position of the sound is heard, on the monotonic clock; undefined while nobody knows. Rises with the position; also
   * for positions that are still to be played, as far as can be known now.
   */
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
  /** Puts every phoneme's name into the model's table. @default MMDAgent-EX's own table and names */
  readonly names?: PhonemeNames;
  /** Phonemes are kept for a `start` at an earlier position; false: memory stays bounded. @default true */
  readonly keepsHeard?: boolean;
}

/** `idle`: before the first `start`; `done`: all parts acted and the mouth is closed, after `finish`. */
export type LipsDriverStatus = 'idle' | 'running' | 'paused' | 'done' | 'stopping' | 'stopped';

export interface LipsDriverEvents {
  /** A part was handed over, to act at `actAtMs`. */
  sent: [part: { readonly message: string; readonly startMs: number; readonly actAtMs: number }];
  /** A message could not be sent. Its stretch is tried again from where the sound then is; a closing, as it is. */
  failed: [error: unknown];
  stateChange: [from: LipsDriverStatus, to: LipsDriverStatus];
}

/** What happened so far. */
export interface LipsCounts {
  /** Parts that left for MMDAgent-EX; closing messages are not counted. */
  readonly parts: number;
  /** Parts whose beginning was cut off, more than a frame, because its time had passed. */
  readonly lateParts: number;
  readonly failedParts: number;
  /** Messages to close the mouth that could not be sent, each try; whether it is closed in the end tells `isClosed`. */
  readonly failedClosings: number;
  /** Times the sound left the time line a part was sent by (an underrun), and the rest was sent anew. */
  readonly reanchors: number;
  /** LIPSYNC_EVENT_START of this model. */
  readonly starts: number;
  /** LIPSYNC_EVENT_STOP of this model; also comes for a part that is replaced by the next. */
  readonly stops: number;
}

/** The contract of the lips-only driver; see `createLipsDriver`. */
export interface LipsDriver {
  readonly events: Emitter<LipsDriverEvents>;
  readonly status: LipsDriverStatus;
  readonly counts: LipsCounts;
  /** Parts begun in MMDAgent-EX and not ended, by its LIPSYNC_EVENT_START and _STOP. */
  readonly openParts: number;
  /** Whether the mouth is closed when what was sent has acted; false after `stop`: it could not be closed and may stay open. */
  readonly isClosed: boolean;
  /**
   * More phonemes, in order, contiguous or with gaps (which are `sil`).
   * @throws {InvalidStateError} after `finish`.
   */
  append(phonemes: readonly TimedPhoneme[]): void;
  /** No more will come. */
  finish(): void;
  /**
   * The sound is heard from `positionMs` on, by the timeline. Also after a pause or seek; what was on its way for another position
   * is closed just before.
   * @throws {InvalidStateError} after `stop`.
   */
  start(positionMs: number): void;
  /**
   * The sound stands still: closes the mouth. Resolves when the message has left.
   * @param atMs - when the sound stops being heard, on the clock. @default now
   */
  pause(atMs?: number): Promise<void>;
  /** Ends it; the mouth is closed when this resolves, or see `isClosed`: it was tried three times in a second. Idempotent. */
  stop(): Promise<void>;
  /** Every message from MMDAgent-EX that is no echo. */
  received(type: string, args: readonly string[]): void;
  /** Resolves when all parts were sent and acted and the mouth is closed (see `isClosed`): after `finish`; or after `stop`. */
  whenDone(): Promise<void>;
}
