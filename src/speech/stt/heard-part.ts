import type { RecognitionPart } from '../recognizer.js';

/** A part of what was heard with its own doubt, as Whisper gives it. */
export interface HeardSegment {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly noSpeech?: number | undefined;
}

type Final = Extract<RecognitionPart, { type: 'final' }>;

/** What engines give inside this room; segments are looked at and taken out before anybody else sees them. */
export type HeardPart =
  | Exclude<RecognitionPart, Final>
  | (Final & { readonly segments?: readonly HeardSegment[] });

/** An engine before inventions are taken out of what it says. */
export interface HeardEngine {
  readonly name: string;
  readonly isStreaming: boolean;
  hear(request: HearRequest): AsyncIterable<HeardPart>;
  close(): Promise<void>;
}

/** `RecognitionRequest` with what is known of the sound so far. */
export interface HearRequest {
  /** s16le mono 16 kHz, whole samples. */
  readonly sound: AsyncIterable<Uint8Array>;
  readonly language?: string | undefined;
  readonly hints?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `final` without a word. */
export const NOTHING_HEARD: HeardPart = { type: 'final', text: '' };
