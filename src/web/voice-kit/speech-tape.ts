import { OUTPUT_BYTES_PER_MS } from '../../audio/pcm.js';

/** A voice is told a little after it began, and its first sound is part of what was said. */
const BEFORE_MS = 800;
/** Longer than anybody may speak at a time. */
const MAX_MS = 130_000;

/** What the user says, kept from a little before the voice was noticed until it is known what it was. */
export class SpeechTape {
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #isRunning = false;

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.byteLength;
    const mostMs = this.#isRunning ? MAX_MS : BEFORE_MS;
    while (this.#bytes > mostMs * OUTPUT_BYTES_PER_MS) this.#bytes -= this.#frames.shift()?.byteLength ?? 0;
  }

  /** Somebody speaks: from here on all is kept. Idempotent. */
  begin(): void {
    this.#isRunning = true;
  }

  /** What was said, s16le mono 16 kHz; empty if nobody spoke. Begins anew. */
  take(): readonly Uint8Array[] {
    const frames = this.#isRunning ? this.#frames : [];
    this.clear();
    return frames;
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#isRunning = false;
  }
}
