/** Four seconds: as much as may come at once (see VoiceFrames), and what is said while a conversation is opened. */
const MAX_FRAMES = 200;

/** Frames that came while nobody could hear them yet; the oldest are dropped. */
export class WaitingFrames {
  #frames: { readonly frame: Uint8Array; readonly atMs: number }[] = [];

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** @param frame - copied. */
  push(frame: Uint8Array, atMs: number): void {
    this.#frames.push({ frame: frame.slice(), atMs });
    if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
  }

  flush(hear: (frame: Uint8Array, atMs: number) => void): void {
    for (const { frame, atMs } of this.#frames.splice(0)) hear(frame, atMs);
  }

  clear(): void {
    this.#frames = [];
  }
}
