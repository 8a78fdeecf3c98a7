import {
  BYTES_PER_MS,
  MAX_SOUND_FRAME_BYTES,
  SoundFrame,
  UNIT_BYTES,
  type WireFrame,
} from '../protocol/index.js';
import type { PcmQueue } from './pcm-queue.js';
import { type PlayoutClock, PositionMap } from './playout-clock.js';

/** Where paced frames go: the connection of one lane. Implemented by avatar/. */
export interface SoundPort {
  /** False while the connection is away or holds unsent bytes: nothing may be written now. */
  readonly isClear: boolean;
  /** Sends one whole frame now; false, and nothing sent, when the port was not clear. */
  trySend(frame: WireFrame): boolean;
}

/** What pacing tells those who measure or record. Called on the hot path: must not throw and must not keep `payload`. */
export interface PacingObserver {
  /**
   * A sound unit left. `lateMs`: behind its deadline, undefined where it had none or the pacer is not to blame (first
   * units, a burst, a source or socket that kept it waiting).
   */
  unitSent(payload: Uint8Array, nowMs: number, lateMs: number | undefined): void;
  /** The peer must have run dry inside a stream: about `gapMs` of silence were heard. */
  underrunExpected(gapMs: number): void;
  /** Live sound was thrown away to keep the lag bounded. */
  soundDropped(durationMs: number): void;
}

/**
 * The one place where sound leaves: fills a frame that is written again and again, sends it, and keeps the
 * account of when each sample is heard. Owned by one stream at a time.
 */
export class SoundOutlet {
  readonly #port: SoundPort;
  readonly #playout: PlayoutClock;
  readonly #observer: PacingObserver;
  readonly #unit = new SoundFrame(UNIT_BYTES);
  #double: SoundFrame | undefined;
  readonly positions = new PositionMap();
  #sentBytes = 0;
  #totalBytes = 0;

  constructor(port: SoundPort, playout: PlayoutClock, observer: PacingObserver) {
    this.#port = port;
    this.#playout = playout;
    this.#observer = observer;
  }

  get isClear(): boolean {
    return this.#port.isClear;
  }

  /** Sound of the stream sent so far, milliseconds, without silence put in. */
  get sentMs(): number {
    return this.#sentBytes / BYTES_PER_MS;
  }

  /** All bytes of sound that left, silence put in included. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  sendVerb(frame: WireFrame): boolean {
    return this.#port.trySend(frame);
  }

  /**
   * Sends `queueBytes` of the queue followed by `zeroBytes` of silence as one unit: together 2-1280 bytes, even.
   *
   * @returns False when the port was not clear; the queue is then as it was.
   */
  send(queue: PcmQueue, queueBytes: number, zeroBytes: number, nowMs: number, lateMs?: number): boolean {
    if (!this.#port.isClear) return false;
    const sound = this.#frame(queueBytes + zeroBytes);
    if (queueBytes > 0) queue.peek(sound.payload, queueBytes);
    if (zeroBytes > 0) sound.payload.fill(0, queueBytes);
    if (!this.#port.trySend(sound.frame)) return false;
    queue.skip(queueBytes);
    if (queueBytes > 0 && this.#sentBytes > 0 && this.#playout.isDry(nowMs)) this.underrun(nowMs, 0);
    const heardAtMs = this.#playout.sent(sound.payload.byteLength, nowMs);
    this.#totalBytes += sound.payload.byteLength;
    if (queueBytes > 0) {
      this.positions.add(this.sentMs, heardAtMs);
      this.#sentBytes += queueBytes;
    }
    this.#observer.unitSent(sound.payload, nowMs, lateMs);
    return true;
  }

  /** Says that the peer ran dry inside the stream; sound goes on after `silenceMs` of silence put in now. */
  underrun(nowMs: number, silenceMs: number): void {
    const { endsAtMs, latencyMs } = this.#playout;
    if (endsAtMs === Number.NEGATIVE_INFINITY) return;
    this.#observer.underrunExpected(nowMs + latencyMs + silenceMs - endsAtMs);
  }

  /** Counts sound as passed that was never sent: positions go on, nothing is heard of it. */
  skip(byteLength: number): void {
    this.#sentBytes += byteLength;
  }

  /** As `skip`, for sound that somebody would have heard. */
  dropped(byteLength: number): void {
    this.#sentBytes += byteLength;
    this.#observer.soundDropped(byteLength / BYTES_PER_MS);
  }

  #frame(byteLength: number): SoundFrame {
    if (byteLength === UNIT_BYTES) return this.#unit;
    if (byteLength === MAX_SOUND_FRAME_BYTES) {
      this.#double ??= new SoundFrame(MAX_SOUND_FRAME_BYTES);
      return this.#double;
    }
    // Only tails have other sizes: once or twice an utterance.
    return new SoundFrame(byteLength);
  }
}
