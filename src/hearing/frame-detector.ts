/** What listens to every frame and says whether it sounds like a voice. */
export interface FrameDetector {
  /** What stands out by this beyond what begins a voice is one without its consent, dB; Infinity: nothing is. */
  readonly clearDb: number;
  /** @param samples - 320 of s16 at 16 000 Hz, consecutive. Not kept. */
  isVoice(samples: Int16Array): boolean;
  /** Forgets what was heard. */
  reset(): void;
  /** Idempotent. */
  close(): void;
}

/** Every sound may be a voice: the level alone decides. */
export const ANY_SOUND: FrameDetector = { clearDb: 0, isVoice: () => true, reset: () => {}, close: () => {} };
