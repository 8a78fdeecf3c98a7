/** What somebody says, from its first sound to the pause that ends it. Times are of the injected monotonic clock, milliseconds. */
export interface Utterance {
  /** Counted from 1. Sounds that turn out to be no voice take a number too. */
  readonly id: number;
  /** When the voice began, dated back to its first voiced frame. */
  readonly startedAtMs: number;
  /** End of the last voiced frame so far. */
  readonly lastVoiceAtMs: number;
  /** Voiced sound so far; pauses inside do not count. */
  readonly voicedMs: number;
  /** Whether the end was found; then nothing changes any more. */
  readonly isEnded: boolean;
  /** Sound so far, pre-roll first, nothing twice, s16le mono 16 kHz; without the silence at its end beyond 200 ms. A copy. */
  pcm(): Uint8Array;
  /** The same as it arrives, to its end; any number of readers, each from the beginning. */
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * What the ear tells. All within the call of `hear`, in this order for one utterance; what comes of the key of push-to-talk, within the
 * setter of `isTalking`.
 */
export interface HearingEvents {
  /** Somebody speaks: voice for `minVoiceMs`; or the key was pressed; or an utterance was cut and this one goes on. */
  began: [utterance: Utterance];
  /** The voice has lasted `interruptMs` (counted from its first voiced frame, gaps up to 120 ms allowed): once. A key counts at once. */
  lasted: [utterance: Utterance];
  /** A silence of `likelyEndMs`: it may be the end. Recognition and thinking may start; `requirePause` may now be called. */
  paused: [utterance: Utterance];
  /** The voice goes on after `paused`. */
  wentOn: [utterance: Utterance];
  /**
   * The pause lasted: the utterance has ended. `cut`: its longest length was reached, and the next one goes on where it ends, beginning in
   * the same call; that one is never dropped.
   */
  ended: [utterance: Utterance, how: 'pause' | 'key' | 'cut'];
  /**
   * It was no voice after all: forget it. Instead of `ended`. `tooShort` comes without `began` (a click, shorter than `minVoiceMs`), or
   * after a key without any voice; `noise`: a steady sound, such as a fan that was switched on; `echo`: our own voice (the guard lets none
   * begin: not told today).
   */
  dropped: [utterance: Utterance, why: 'tooShort' | 'echo' | 'noise'];
}
