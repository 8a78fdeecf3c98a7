/** One turn as it is kept. Times are of the wall clock, milliseconds since 1970, unless they are durations. */
export interface TurnRecord {
  /** Counted from 1 within the session. */
  readonly turn: number;
  readonly by: 'voice' | 'typed' | 'peer' | 'tool' | 'operator' | 'avatar';
  readonly startedAtMs: number;
  /** End of the user's speech: what `trace` counts from. @default startedAtMs */
  readonly speechEndAtMs?: number;
  /** What the user said or typed; '' for a turn of the avatar's own. */
  readonly user: string;
  /** The reply as the model gave it, tags included. */
  readonly reply: string;
  /** What was heard of it, without tags. */
  readonly heard: string;
  /**
   * How the end of `heard` is known where it lies inside a piece: by which unit, `share` being a part of the time; and whether somebody
   * told when each unit is heard, or it is a guess by how fast such words are said.
   */
  readonly cut?: { readonly unit: 'phoneme' | 'word' | 'character' | 'share'; readonly isEstimated: boolean };
  /** What was heard before it that only showed that the words had come ("Let me see."); left out: nothing. */
  readonly acknowledgement?: string;
  readonly outcome: 'completed' | 'interrupted' | 'failed' | 'dropped';
  readonly error?: { readonly code: string; readonly message: string };
  readonly calls?: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly result: unknown;
    readonly isError: boolean;
    /** When the tool was asked; left out: it was not run. */
    readonly atMs?: number;
    /** Until its result was there, milliseconds; left out: it never was. */
    readonly tookMs?: number;
  }[];
  readonly trace: TurnTrace;
}

/**
 * When things happened in a turn, milliseconds after `speechEnd` (typed turns: after they came); left out: it did not happen.
 *
 * What was prepared unheard on a likely end keeps the times at which it was there: its `firstToken` to `firstAudio` may lie before
 * `endOfTurn`. No time is made later than it was, not even one before the end of speech, which is negative.
 */
export interface TurnTrace {
  readonly endOfTurn?: number;
  readonly transcript?: number;
  readonly firstToken?: number;
  readonly firstClause?: number;
  /** There to be sent, also while nothing might be sent yet; of MMDAgent-EX's own voice after `sent`, when it said so. */
  readonly firstAudio?: number;
  /** On the wire. */
  readonly sent?: number;
  /** At the loudspeaker, as far as is known. */
  readonly heard?: number;
  readonly interruptedAt?: number;
  readonly ended?: number;
}
