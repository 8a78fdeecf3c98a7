import type { TimedPhoneme } from '../lipsync/index.js';

/** A stretch of a reply that is sent: all of it, or after a pause what was not heard. */
export interface ClientTake {
  /** Counts the replies of the voice from 1, in the order in which they were opened. */
  readonly reply: number;
  /** Where it begins, milliseconds of the reply: 0, or after a pause the border of a word (0 too, where little was heard). */
  readonly fromMs: number;
  /** The reply goes on: something of it was sent and cut before. */
  readonly isAgain: boolean;
}

/** One piece of a reply whose sound is there. */
export interface ClientPiece {
  /** As `Reply.push` counts them, from 0. */
  readonly index: number;
  /** As it was given; of sound that somebody else made its transcript, as far as that had come. */
  readonly text: string;
  /** BCP 47, as it was given, else as it was found; undefined: nobody knows, or it has no words. */
  readonly language: string | undefined;
  /** Where its sound lies, milliseconds of the reply; the same of a piece without sound. */
  readonly startMs: number;
  readonly endMs: number;
  /** The engine broke off inside it: this is what there is of it, and nothing follows. */
  readonly isBroken: boolean;
  /** Its sound, s16le mono at the voice's rate; put together when it is read, in the call and not later. The reader's own. */
  readonly pcm: Uint8Array;
}

/** What a client said is heard. */
export interface ClientPosition {
  /** Milliseconds of the reply. */
  readonly heardMs: number;
  /** When it said so, or better when that was so: monotonic clock, milliseconds. */
  readonly atMs: number;
}

/**
 * Plays replies at the other end of a connection. Implemented by whoever holds that; calls never throw and never block.
 *
 * Order: of each take `begin`, then `sound`, `lips` and `piece` as they come, then `given` or `cut`. A reply that is cancelled before
 * anything of it was sent tells nothing. One reply is sent at a time.
 */
export interface ClientPlayer {
  /** A stretch of a reply begins to be sent. */
  begin(take: ClientTake): void;
  /**
   * Sound in order, as soon as it exists: stretches of at most 100 ms, each where the last one ended.
   *
   * @param pcm - s16le mono at the voice's rate, whole samples. May be kept, not changed: it is sent again after a pause.
   * @param fromMs - milliseconds of the reply.
   */
  sound(pcm: Uint8Array, fromMs: number): void;
  /** Phonemes for a face, in milliseconds of the reply; of the sound around them, maybe ahead of it. After a pause again. */
  lips(phonemes: readonly TimedPhoneme[]): void;
  /** The sound of one piece was given whole: once for each, in order, those without sound too. Behind the `sound` of it. */
  piece(piece: ClientPiece): void;
  /**
   * After a pause: the sound of a piece that was told before was given again, all or from inside it (`startMs`). For those that send
   * whole sentences and drop them at `cut`; others need it not.
   */
  pieceAgain?(piece: ClientPiece): void;
  /** Everything of the reply was given: nothing follows unless it is paused and goes on. */
  given(): void;
  /** Silence at once: what was not heard yet is void. Nothing follows unless it goes on, with a `begin`. */
  cut(): void;
  /**
   * What the client said is heard, of the take that began last; undefined: it never tells, or not yet, and the clock counts. What cannot
   * be is ignored: see `Playhead`.
   */
  position(): ClientPosition | undefined;
}
