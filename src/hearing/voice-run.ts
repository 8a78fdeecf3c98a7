/** Gaps inside a syllable and between two are shorter. */
export const RUN_GAP_MS = 120;

/** Of so many of its last frames … */
const SHAPE_FRAMES = 10;
/** … this part must have the shape of a voice. */
const SHAPE_PART = 0.3;

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
  #frames = 0;
  /** One bit for each of its last frames, the newest lowest: whether that had the shape of a voice. */
  #shapes = 0;

  /** Whether it is like a voice up to now: keys that are typed on are not. */
  get isVoiceLike(): boolean {
    let count = 0;
    for (let bits = this.#shapes; bits > 0; bits >>= 1) count += bits & 1;
    return count >= Math.max(1, SHAPE_PART * Math.min(this.#frames, SHAPE_FRAMES));
  }

  /**
   * @param onsetMs - where it begins, should this frame begin a new run.
   * @param isVoiceLike - whether the frame has the shape of a voice.
   */
  voice(
    onsetMs: number,
    times: { readonly startMs: number; readonly endMs: number },
    isVoiceLike: boolean,
  ): void {
    const { startMs, endMs } = times;
    if (!this.isAlive(startMs)) {
      this.startMs = onsetMs;
      this.voicedMs = startMs - onsetMs;
      this.longestMs = 0;
      this.#frames = 0;
      this.#shapes = 0;
    }
    const isClose = this.voicedMs > 0 && startMs - this.lastVoiceMs < GAPLESS_MS;
    this.#stretchMs = (isClose ? this.#stretchMs : 0) + (endMs - startMs);
    this.longestMs = Math.max(this.longestMs, this.#stretchMs);
    this.voicedMs += endMs - startMs;
    this.lastVoiceMs = endMs;
    this.#frames++;
    this.#shapes = ((this.#shapes << 1) | (isVoiceLike ? 1 : 0)) & (2 ** SHAPE_FRAMES - 1);
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
