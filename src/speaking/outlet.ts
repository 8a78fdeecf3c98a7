import type { SpeechEnd } from '../client/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';

/** What happened to the lips. */
export interface LipsReport {
  /** LIPSYNC_START messages sent, those that only close the mouth left out. */
  readonly parts: number;
  /** Parts whose beginning was left out because it became known too late. */
  readonly lateParts: number;
  /** Times the sound stood still inside a part, and the rest of it was sent anew. */
  readonly reanchors: number;
}

/** One utterance on its way out: sound, and phonemes for it where we move the mouth. */
export interface Outlet {
  readonly lane: string;
  /** Of the sound it takes; undefined: the speaker's own, told by `begin`. */
  readonly sampleRateHz: number | undefined;
  /** Whether it wants phonemes. */
  readonly movesLips: boolean;
  readonly report: LipsReport;
  /** What is heard now, milliseconds of what was written; negative shortly before the first, undefined while nobody knows. */
  readonly heardMs: number | undefined;
  /** Settles once, never rejects. */
  readonly ended: Promise<SpeechEnd>;
  /** The first sound is about to come, at this rate. @throws {BridgeError} it cannot be spoken. */
  begin(sampleRateHz: number): Promise<void>;
  /** @param pcm - s16le mono, whole samples. @returns When there is room for more; at once after the end. */
  write(pcm: Uint8Array): Promise<void>;
  phonemes(phonemes: readonly TimedPhoneme[]): void;
  /** No more phonemes will come. */
  lipsEnd(): void;
  /** No more sound will come: what there is is spoken to its end. */
  end(): Promise<void>;
  /** Silence at once, but for what is on its way already, and a closed mouth. Idempotent; never rejects. */
  interrupt(): Promise<void>;
  /** Lets go of everything; after `ended`. */
  close(): void;
}

/** What a caller may hear of an utterance. */
export interface SpeakingListener {
  /** The first sample is or will be heard at this time of the wall clock, milliseconds. */
  readonly onStarted?: ((heardAtMs: number) => void) | undefined;
  /** About ten times a second while it is heard. */
  readonly onHeard?: ((heardMs: number) => void) | undefined;
  /** The message tied to that place among `ties` left at this time of the daemon's wall clock, milliseconds. */
  readonly onTied?: ((tie: number, atMs: number) => void) | undefined;
}
