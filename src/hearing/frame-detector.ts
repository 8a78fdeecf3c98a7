/** What listens to every frame and says whether it sounds like a voice. */
export interface FrameDetector {
  /** @param samples - 320 of s16 at 16 000 Hz, consecutive. Not kept. */
  isVoice(samples: Int16Array): boolean;
  /** Forgets what was heard. */
  reset(): void;
  /** Idempotent. */
  close(): void;
}

/** Every sound may be a voice: the level alone decides. */
export const ANY_SOUND: FrameDetector = { isVoice: () => true, reset: () => {}, close: () => {} };
