/** Gaps inside a syllable and between two are shorter. */
export const RUN_GAP_MS = 120;

/** Half a frame: times jitter. */
const GAPLESS_MS = 10;

/** Voiced frames with no gap of more than RUN_GAP_MS between them. */
export class VoiceRun {
  startMs = 0;
  /** End of its last voiced frame. */
  lastVoiceMs = Number.NEGATIVE_INFINITY;
  /** Without the gaps. */
  voicedMs = 0;
  /** The longest voice in it without any gap: a syllable has 80 ms and more, a click has not. */
  longestMs = 0;
  #stretchMs = 0;

  /** @param onsetMs - where it begins, should this frame begin a new run. */
  voice(onsetMs: number, startMs: number, endMs: number): void {
    if (!this.isAlive(startMs)) {
      this.startMs = onsetMs;
      this.voicedMs = startMs - onsetMs;
      this.longestMs = 0;
    }
    const isClose = this.voicedMs > 0 && startMs - this.lastVoiceMs < GAPLESS_MS;
    this.#stretchMs = (isClose ? this.#stretchMs : 0) + (endMs - startMs);
    this.longestMs = Math.max(this.longestMs, this.#stretchMs);
    this.voicedMs += endMs - startMs;
    this.lastVoiceMs = endMs;
  }

  /** Whether a voiced frame that begins at this moment would still belong to it. */
  isAlive(startMs: number): boolean {
    return startMs - this.lastVoiceMs <= RUN_GAP_MS;
  }

  end(): void {
    this.lastVoiceMs = Number.NEGATIVE_INFINITY;
    this.voicedMs = 0;
    this.longestMs = 0;
  }
}
