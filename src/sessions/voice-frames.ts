import { levelDbfs, VOICE_FRAME_BYTES } from '../audio/index.js';
import type { Clock } from '../runtime/index.js';

const FRAME_MS = 20;
const BYTES_PER_MS = 32;
/** A block of half a second that was late, and some. */
const BURST_MS = 3000;
/** Clocks of sound cards differ. */
const FASTEST = 1.05;
const SILENCE = new Uint8Array(VOICE_FRAME_BYTES);

export interface VoiceFramesOptions {
  readonly clock: Clock;
  /** One frame, not kept; `capturedAtMs` when its last sample was, as far as is known. */
  readonly onFrame: (frame: Uint8Array, capturedAtMs: number) => void;
  /** Sound came faster than anybody speaks: so much was dropped, milliseconds. */
  readonly onDropped?: (droppedMs: number) => void;
}

/**
 * Sound of a client, in blocks of any length, as the frames that an ear takes: 20 ms each, dated back from when their block came.
 *
 * What comes faster than real time for long is dropped: it is no microphone.
 */
export class VoiceFrames {
  /** Frames softer than this are nobody's voice, dBFS; undefined: all are heard. */
  thresholdDbfs: number | undefined;
  /** Whether everything counts as silence. */
  isDeaf = false;
  readonly #options: VoiceFramesOptions;
  readonly #frame = new Uint8Array(VOICE_FRAME_BYTES);
  #filled = 0;
  #allowedMs = BURST_MS;
  #lastMs: number;

  constructor(options: VoiceFramesOptions) {
    this.#options = options;
    this.#lastMs = options.clock.nowMs();
  }

  /** @param pcm - s16le mono 16 000 Hz; not kept. */
  push(pcm: Uint8Array): void {
    const nowMs = this.#options.clock.nowMs();
    const taken = this.#allowed(pcm, nowMs);
    let leftBytes = taken.byteLength;
    for (let at = 0; at < taken.byteLength; ) {
      const length = Math.min(VOICE_FRAME_BYTES - this.#filled, taken.byteLength - at);
      this.#frame.set(taken.subarray(at, at + length), this.#filled);
      this.#filled += length;
      at += length;
      leftBytes -= length;
      if (this.#filled < VOICE_FRAME_BYTES) return;
      this.#filled = 0;
      this.#options.onFrame(this.#heard(), nowMs - leftBytes / BYTES_PER_MS);
    }
  }

  /** What is left of a frame is forgotten: the microphone is gone. */
  clear(): void {
    this.#filled = 0;
  }

  #heard(): Uint8Array {
    if (this.isDeaf) return SILENCE;
    const { thresholdDbfs } = this;
    return thresholdDbfs !== undefined && levelDbfs(this.#frame) < thresholdDbfs ? SILENCE : this.#frame;
  }

  /** The beginning of it that a microphone could have given. */
  #allowed(pcm: Uint8Array, nowMs: number): Uint8Array {
    const passedMs = Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#allowedMs = Math.min(BURST_MS, this.#allowedMs + passedMs * FASTEST);
    const ms = pcm.byteLength / BYTES_PER_MS;
    if (ms <= this.#allowedMs) {
      this.#allowedMs -= ms;
      return pcm;
    }
    const frames = Math.floor(this.#allowedMs / FRAME_MS);
    this.#allowedMs -= frames * FRAME_MS;
    this.#options.onDropped?.(ms - frames * FRAME_MS);
    return pcm.subarray(0, frames * VOICE_FRAME_BYTES);
  }
}
