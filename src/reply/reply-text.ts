import type { TimedPhoneme } from '../lipsync/index.js';
import type { SpeechPart, SpokenPart } from '../speech/index.js';
import type { HeardReply, SpokenPiece } from './reply-voice.js';

/** When a piece is heard, milliseconds of the reply. */
export interface PieceSpan {
  readonly startMs: number;
  /** Undefined while more of it may come. */
  readonly endMs: number | undefined;
}

/** What a reply says, and where of its sound each of it is. `soundMs` is how far the sound is there. */
export interface ReplyText {
  push(piece: SpokenPiece): void;
  /** What was given to be said, and its language where that was found out; undefined: there is none of that number. */
  piece(index: number): SpokenPiece | undefined;
  /** A part of what is heard, on its way. */
  part(part: SpeechPart | SpokenPart): void;
  /** Phonemes as the lips have them. */
  lips(phonemes: readonly TimedPhoneme[]): void;
  /** No more will come. */
  allKnown(): void;
  /** Undefined while nothing is known of it. */
  span(index: number): PieceSpan | undefined;
  heard(heardMs: number, soundMs: number): HeardReply;
  /** From where to go on with what was cut off; undefined: its words are not known. */
  lastBorderMs(heardMs: number, soundMs: number): number | undefined;
  /** As `lastBorderMs`, in proportion of time where nothing better is known. */
  sharedBorderMs(heardMs: number, soundMs: number): number;
  /** Where the sentence begins that is heard then. */
  sentenceStartMs(heardMs: number): number;
}
