import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import {
  closingMessage,
  type LipEstimator,
  type LipTable,
  PhonemeNames,
  SoundMouth,
} from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import { PositionLips, type PositionLipsCounts } from './position-lips.js';

export interface LiveMouthOptions {
  readonly clock: Clock;
  readonly model: string;
  readonly table: LipTable;
  /** Sends a message that acts at a time of the clock. Rejections are counted. */
  readonly send: (message: string, actAtMs: number) => Promise<void>;
  /** From a sound until its mouth is seen, milliseconds. @default 200 */
  readonly latencyMs?: number | undefined;
  /** @default SoundMouth, which tells soon */
  readonly estimator?: LipEstimator | undefined;
}

export interface LiveMouthCounts extends PositionLipsCounts {
  readonly failedParts: number;
}

/** What the network must hear, and the way to the mouth, with a little to spare. */
const LATENCY_MS = 200;
const TELL_EVERY_MS = 20;
/** Two messages at the same instant could leave in either order. */
const APART_MS = 5;
/** Frames whose arrival tells when a sound was made; the soonest counts, the others were kept waiting on this machine. */
const ARRIVALS = 100;

/**
 * A mouth that follows a live sound which is not sent: each shape is seen the same time after its sound, so that what is long
 * stays long. The clock of the microphone is followed by when its frames arrive.
 */
export class LiveMouth {
  /** From a sound until its mouth is seen, milliseconds. */
  readonly latencyMs: number;
  readonly #options: LiveMouthOptions;
  readonly #estimator: LipEstimator;
  readonly #lips: PositionLips;
  /** Of the last frames: their arrival less their place in the sound. */
  readonly #originsMs: number[] = [];
  #originMs: number | undefined;
  #heardBytes = 0;
  #failedParts = 0;
  #lastActAtMs = Number.NEGATIVE_INFINITY;

  /** @throws {ProtocolError} BRIDGE_ERR_MESSAGE_ARGUMENT, BRIDGE_ERR_MESSAGE_TOO_LONG - the alias cannot stand in a message. */
  constructor(options: LiveMouthOptions) {
    this.#options = options;
    this.latencyMs = options.latencyMs ?? LATENCY_MS;
    this.#estimator = options.estimator ?? new SoundMouth({ tellEveryMs: TELL_EVERY_MS });
    const { clock, model, table } = options;
    this.#lips = new PositionLips({
      clock,
      model,
      names: new PhonemeNames(table),
      heardMs: () =>
        this.#originMs === undefined ? undefined : clock.nowMs() - this.#originMs - this.latencyMs,
      tie: (atMs, message) => this.#send(atMs, message),
    });
  }

  get counts(): LiveMouthCounts {
    return { ...this.#lips.counts, failedParts: this.#failedParts };
  }

  /** @param frame - what was heard just now, s16le mono 16 kHz; not kept. */
  hear(frame: Uint8Array): void {
    this.#heardBytes += frame.byteLength;
    this.#arrived();
    this.#lips.append(this.#estimator.push(frame));
  }

  /** The sound has ended: its last shapes are seen, and the mouth closed behind them. Resolves then. */
  async end(): Promise<void> {
    this.#lips.append(this.#estimator.end());
    this.#lips.finish();
    this.#lips.stop();
    await this.#close(this.#heardBytes / OUTPUT_BYTES_PER_MS);
  }

  /** Closes the mouth now. */
  async stop(): Promise<void> {
    this.#lips.stop();
    await this.#close(Number.NEGATIVE_INFINITY);
  }

  async #close(atMs: number): Promise<void> {
    const { clock, send, model, table } = this.#options;
    // After what is on its way, or that would open it again.
    const actAtMs = Math.max(clock.nowMs(), this.#actAtMs(atMs), this.#lastActAtMs + APART_MS);
    await send(closingMessage(model, table), actAtMs).catch(() => {
      this.#failedParts++;
    });
  }

  #arrived(): void {
    const atMs = this.#options.clock.nowMs();
    this.#originsMs.push(atMs - this.#heardBytes / OUTPUT_BYTES_PER_MS);
    if (this.#originsMs.length > ARRIVALS) this.#originsMs.shift();
    this.#originMs = Math.min(...this.#originsMs);
    this.#lips.moved(this.#originMs);
  }

  #send(atMs: number, message: string): void {
    const { send, clock } = this.#options;
    const actAtMs = Math.max(clock.nowMs(), this.#actAtMs(atMs));
    this.#lastActAtMs = actAtMs;
    send(message, actAtMs).catch(() => {
      this.#failedParts++;
    });
  }

  #actAtMs(positionMs: number): number {
    return (this.#originMs ?? 0) + this.latencyMs + positionMs;
  }
}
