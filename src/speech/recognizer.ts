/** Sound to be understood. */
export interface RecognitionRequest {
  /** s16le mono 16 kHz in pieces of any whole number of samples, as they arrive; its end is the end of the utterance. */
  readonly sound: AsyncIterable<Uint8Array>;
  /** BCP 47; left out: the engine finds out, or its default. */
  readonly language?: string;
  /** Names and terms that may come, for engines that take hints. */
  readonly hints?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface RecognizedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What comes out: any number of `partial`s, each replacing the one before, then `final` once per stretch of speech. */
export type RecognitionPart =
  | { readonly type: 'partial'; readonly text: string }
  | {
      readonly type: 'final';
      /** Empty: nothing was said. */
      readonly text: string;
      readonly language?: string;
      /** 0 to 1, where the engine tells. */
      readonly confidence?: number;
      /** Milliseconds from the first sample, where the engine tells. */
      readonly words?: readonly RecognizedWord[];
      /** How likely there was no speech at all, 0 to 1 (Whisper's `no_speech_prob`). */
      readonly noSpeech?: number;
    };

/** An engine that turns sound into text. Errors and retries as for `Synthesizer`. */
export interface Recognizer {
  readonly name: string;
  /** Whether partial results come while sound arrives; else the sound is collected first. */
  readonly isStreaming: boolean;
  recognize(request: RecognitionRequest): AsyncIterable<RecognitionPart>;
  close(): Promise<void>;
}
