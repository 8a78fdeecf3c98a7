/** Gaps inside a syllable and between two are shorter. */
export const RUN_GAP_MS = 120;

/** Voiced frames with no gap of more than RUN_GAP_MS between them. */
export class VoiceRun {
  startMs = 0;
  /** End of its last voiced frame. */
  lastVoiceMs = Number.NEGATIVE_INFINITY;
  /** Without the gaps. */
  voicedMs = 0;

  /** @param onsetMs - where it begins, should this frame begin a new run. */
  voice(onsetMs: number, startMs: number, endMs: number): void {
    if (!this.isAlive(startMs)) {
      this.startMs = onsetMs;
      this.voicedMs = startMs - onsetMs;
    }
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
  }
}
