import type { SpeechPart, TellsTimings } from './synthesizer.js';

/**
 * What `Speech.speak` gives: the sound and timings of all sentences as one stream, and where each sentence begins and ends.
 *
 * Order: one `start` (of the first sentence; the rate of the whole stream), then for each sentence `sentence`, its sound and
 * timings as they arrive, `sentence-end`. All times count from the first sample of the stream, whatever engines spoke. A list of
 * timings never reaches back before its sentence; where a sentence tells phonemes they fill it from end to end. Places in the text
 * (`TimedText.from`) are places in the `text` of the sentence.
 */
export type SpokenPart = SpeechPart | SentencePart | SentenceEndPart;

/** From here on this is spoken. A sentence in several languages may come as several of these. */
export interface SentencePart {
  readonly type: 'sentence';
  /** Counted from 0. */
  readonly index: number;
  /** What the engine says: cleaned, numbers and symbols written out, dictionary applied. */
  readonly text: string;
  /** As it was given. */
  readonly written: string;
  /** BCP 47; undefined: nobody knows. */
  readonly language: string | undefined;
  /** Engine that really speaks it, after any fallback, by its name in the settings. */
  readonly engine: string;
  readonly voice: string | undefined;
  readonly credit: string | undefined;
  /** What timings come with it: with `phonemes` the mouth can be exact. */
  readonly tells: TellsTimings;
  readonly isCached: boolean;
  readonly startMs: number;
  /** Only of a `GivenPiece`. */
  readonly place?: PieceShare | undefined;
}

/**
 * Text that is spoken as it is, by one request: never joined, and cut only beyond 2000 spoken characters, which engines refuse or take
 * long for. Another language in it may go to another engine.
 */
export interface GivenPiece {
  /** One without words is passed over. */
  readonly text: string;
  /** BCP 47; left out: that of the options. */
  readonly language?: string | undefined;
}

/** Where a sentence stands in what was given to be spoken. */
export interface PieceShare {
  /** Of the pieces given, counted from 0, those without words included. */
  readonly piece: number;
  /** Nothing more of the piece comes behind it. */
  readonly isLast: boolean;
  /** How much of the piece's text is over when `text` up to `position` is, both in UTF-16 units. */
  sourceAt(position: number): number;
}

export interface SentenceEndPart {
  readonly type: 'sentence-end';
  readonly index: number;
  readonly endMs: number;
}

/** How one `speak` differs from the settings. */
export interface SpeakOptions {
  /** Engine by name, or several divided by commas (the next speaks when one fails); wins over the routes. */
  readonly engine?: string | undefined;
  readonly voice?: string | undefined;
  /** BCP 47; of what does not show its language by its letters. */
  readonly language?: string | undefined;
  /** 0.25 to 4. */
  readonly speed?: number | undefined;
  readonly instructions?: string | undefined;
  /** Rate of the stream. Left out: that of the first sentence's engine. */
  readonly sampleRateHz?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
