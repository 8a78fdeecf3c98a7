/** A control tag of a reply, as the model wrote it and the settings understand it. Never spoken or shown. */
export interface Cue {
  /** `face`, `animation`, `emotion`, `language`, `vision`, or a tag of the user's own. */
  readonly name: string;
  /** `joy`, `wave`, `ja`, `camera`; '' where the tag has none. */
  readonly value: string;
  /** How long it lasts before it is undone, milliseconds; undefined: as the sink has it. */
  readonly durationMs: number | undefined;
  /** Of the XML form. */
  readonly attributes: Readonly<Record<string, string>>;
  /** As it stood in the text. */
  readonly raw: string;
}

/**
 * What is spoken in one breath, with the cues that stand before it. `raw`s put together are the model's text, for any cutting of it
 * into chunks; `text` is what is shown and spoken (no tags, no code).
 */
export interface ReplyPiece {
  /** Counted from 0 within the reply. */
  readonly index: number;
  readonly raw: string;
  /** '' for a piece without a word: cues, code, marks or emoji alone, at the end of a reply or before a stall. */
  readonly text: string;
  readonly cues: readonly Cue[];
  /** BCP 47, from a `[language:…]` tag before it; it holds until the next. */
  readonly language: string | undefined;
  /** Whether a sentence ends here, and not only a clause. */
  readonly endsSentence: boolean;
}

/** What the conversation does; sinks may show it. */
export type Phase = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Where expressions go: MMDAgent-EX, VRChat, a browser face, the user's own class. Must not throw; a promise that rejects is logged. */
export interface ExpressionSink {
  readonly name: string;
  /**
   * The sentence behind the cue is heard at `atMs` (monotonic clock, may lie up to a few hundred milliseconds ahead); the sink undoes
   * it after its duration.
   */
  cue(cue: Cue, atMs: number): void | Promise<void>;
  phase?(phase: Phase): void | Promise<void>;
  /** In step with what is heard. `text` is what has been heard of the reply so far; '' clears. */
  caption?(text: string, speaker: 'user' | 'avatar'): void | Promise<void>;
  /** The reply was interrupted or failed: what is still to come is dropped; what is shown is undone after its duration. */
  interrupted?(): void | Promise<void>;
  /** Undoes everything. Idempotent. */
  close(): Promise<void>;
}
