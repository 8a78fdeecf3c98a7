/** Samples of one judgement: 32 ms at 16 000 Hz. */
export const PROBABILITY_WINDOW_SAMPLES = 512;

/** A detector that gives the probability of a voice, window by window: the seam for neural networks. */
export interface VoiceProbability {
  /**
   * @param window - PROBABILITY_WINDOW_SAMPLES samples, -1 … 1, consecutive. Used again after the call.
   * @returns 0 … 1.
   */
  probability(window: Float32Array): number;
  /** Forgets what was heard: another microphone. */
  reset(): void;
  /** Frees its memory; idempotent. */
  close(): void;
}
