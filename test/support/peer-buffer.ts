import type { SoundPort } from '../../src/pacing/index.js';
import type { WireFrame } from '../../src/protocol/index.js';

/** One frame as it left: what, when. */
export interface SentFrame {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** A port for pacers: records frames, can be blocked like a socket that holds unsent bytes. */
export class RecordingPort implements SoundPort {
  readonly frames: SentFrame[] = [];
  isClear = true;
  /** After so many more frames the port blocks by itself. */
  blockAfter = Number.POSITIVE_INFINITY;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  trySend(frame: WireFrame): boolean {
    if (!this.isClear) return false;
    this.frames.push({ atMs: this.#nowMs(), bytes: Uint8Array.from(frame) });
    if (--this.blockAfter <= 0) this.isClear = false;
    return true;
  }

  get sounds(): SentFrame[] {
    return this.frames.filter(({ bytes }) => isSound(bytes));
  }

  get verbs(): string[] {
    return this.frames
      .filter(({ bytes }) => !isSound(bytes))
      .map(({ bytes }) => Buffer.from(bytes).toString());
  }

  get payload(): Buffer {
    return Buffer.concat(this.sounds.map(({ bytes }) => bytes.subarray(7)));
  }
}

function isSound(bytes: Uint8Array): boolean {
  const digit = bytes[3] ?? 0;
  return digit >= 0x30 && digit <= 0x39;
}

/**
 * The peer's play buffer on a clock of its own: plays in order, in real time of its device, inserts silence when empty.
 * Only sums and times: eight hours cost nothing.
 */
export class PeerBuffer {
  readonly #rate: number;
  readonly #latencyMs: number;
  #endsAtMs = Number.NEGATIVE_INFINITY;

  /** @param ppm - how much faster than ours the device's clock runs. */
  constructor(ppm: number, latencyMs: number) {
    this.#rate = 1 + ppm / 1e6;
    this.#latencyMs = latencyMs;
  }

  /** Takes sound; returns when its first sample is heard and how long the silence before it was. */
  receive(byteLength: number, nowMs: number): { heardAtMs: number; gapMs: number } {
    const earliestMs = nowMs + this.#latencyMs;
    const gapMs = Math.max(0, earliestMs - this.#endsAtMs);
    const heardAtMs = Math.max(earliestMs, this.#endsAtMs);
    this.#endsAtMs = heardAtMs + byteLength / 32 / this.#rate;
    return { heardAtMs, gapMs };
  }
}
