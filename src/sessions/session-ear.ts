import { levelDbfs, SILENCE_DBFS } from '../audio/index.js';
import { type Clock, isAbortError } from '../runtime/index.js';
import type { SessionTuning } from './session.js';
import { VoiceFrames } from './voice-frames.js';
import { WaitingFrames } from './waiting-frames.js';

export interface SessionEarOptions {
  readonly clock: Clock;
  /** Opens the conversation, for somebody speaks; then `isOpen` is called with it. Rejects when it cannot be opened. */
  readonly open: () => Promise<unknown>;
  /** It could not be opened. */
  readonly onFailed: (error: unknown) => void;
}

type Hear = (frame: Uint8Array, capturedAtMs: number) => void;

/** What could not be opened is not tried again for each frame of a microphone. */
const RETRY_MS = 5000;

/** A client's microphone on its way into the conversation: in frames, as the client tunes it, waiting where nobody listens yet. */
export class SessionEar {
  readonly #options: SessionEarOptions;
  readonly #frames: VoiceFrames;
  readonly #waiting = new WaitingFrames();
  #hear: Hear | undefined;
  #isOpening = false;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #tuning: SessionTuning = {};
  #isSpeaking = false;

  constructor(options: SessionEarOptions) {
    this.#options = options;
    this.#frames = new VoiceFrames({
      clock: options.clock,
      onFrame: (frame, atMs) => this.#heard(frame, atMs),
    });
  }

  /** Whether the avatar speaks now. */
  set isSpeaking(isSpeaking: boolean) {
    this.#isSpeaking = isSpeaking;
    this.#setDeaf();
  }

  /** Who hears from now on; undefined: nobody. */
  set hearer(hear: Hear | undefined) {
    this.#hear = hear;
    if (hear !== undefined) this.#waiting.flush(hear);
  }

  /** As `Session.hear`. */
  push(pcm: Uint8Array): void {
    this.#frames.push(pcm);
  }

  /** The microphone is gone. */
  clear(): void {
    this.#frames.clear();
  }

  tune(tuning: SessionTuning): void {
    this.#tuning = { ...this.#tuning, ...tuning };
    this.#frames.thresholdDbfs = this.#tuning.thresholdDbfs;
    this.#setDeaf();
  }

  #heard(frame: Uint8Array, atMs: number): void {
    if (this.#hear !== undefined) this.#hear(frame, atMs);
    else if (this.#isOpening) this.#waiting.push(frame, atMs);
    // A muted client sends silence for hours.
    else if (levelDbfs(frame) > SILENCE_DBFS && atMs - this.#failedAtMs > RETRY_MS) {
      this.#waiting.push(frame, atMs);
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    this.#isOpening = true;
    try {
      await this.#options.open();
    } catch (error) {
      this.#failedAtMs = this.#options.clock.nowMs();
      this.#waiting.clear();
      if (!isAbortError(error)) this.#options.onFailed(error);
    } finally {
      this.#isOpening = false;
    }
  }

  #setDeaf(): void {
    const { bargeIn = true, isMuted = false } = this.#tuning;
    this.#frames.isDeaf = isMuted || (!bargeIn && this.#isSpeaking);
  }
}
