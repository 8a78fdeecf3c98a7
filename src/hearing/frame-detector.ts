/** What listens to every frame and says whether it sounds like a voice. */
export interface FrameDetector {
  /** What stands out by this beyond what begins a voice is one without its consent, dB; Infinity: nothing is. */
  readonly clearDb: number;
  /** Whether it takes keys and knocks for voices: then the shape of the sound must be that of one as well. */
  readonly takesClicks: boolean;
  /** @param samples - 320 of s16 at 16 000 Hz, consecutive. Not kept. */
  isVoice(samples: Int16Array): boolean;
  /** Forgets what was heard. */
  reset(): void;
  /** Idempotent. */
  close(): void;
}

/** Every sound may be a voice: the level alone decides. */
export const ANY_SOUND: FrameDetector = {
  clearDb: 0,
  takesClicks: false,
  isVoice: () => true,
  reset: () => {},
  close: () => {},
};
