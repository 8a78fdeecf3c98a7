/** One phoneme with its place in a sound. Names are those of MMDAgent-EX's lip.txt; `sil` and `pau` are a closed mouth. */
export interface TimedPhoneme {
  readonly phoneme: string;
  /** Milliseconds from the first sample of the sound; not necessarily whole. */
  readonly startMs: number;
  /** Not before startMs; the next phoneme begins here or later. */
  readonly endMs: number;
}

/**
 * Hears sound and tells phonemes, causally.
 *
 * Phonemes come in order, contiguous, and are final once given; what goes on is told in pieces. One estimator hears one sound.
 */
export interface LipEstimator {
  /** What it tells of a moment depends on no sound later than so much after it, milliseconds. */
  readonly lookAheadMs: number;
  /** @param pcm - s16le mono 16 kHz, any length. @returns What is certain now; may be empty. */
  push(pcm: Uint8Array): readonly TimedPhoneme[];
  /** The sound has ended: the rest, ending with `sil`. */
  end(): readonly TimedPhoneme[];
}
