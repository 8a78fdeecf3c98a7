/**
 * What a session holds, each on its tier. All times are milliseconds from the beginning of the recording on the daemon's monotonic
 * clock: of sound and lips when they are heard and seen, of messages when they left or came.
 */
export type TimelineItem =
  | SoundSpan
  | UtteranceSpan
  | LipPhoneme
  | SessionMessage
  | StateChange
  | Loss
  | TurnSpan
  | TurnMark;

interface Interval {
  readonly startMs: number;
  /** Not before startMs. */
  readonly endMs: number;
}

/** Sound that was heard without a gap. */
export interface SoundSpan extends Interval {
  readonly kind: 'sound';
  /** Where it lies in sound.wav; cut where a lost connection kept the rest from being heard. */
  readonly soundStartMs: number;
  readonly soundEndMs: number;
}

/** Something the avatar said. Zero long when it was taken back before it was heard. */
export interface UtteranceSpan extends Interval {
  readonly kind: 'utterance';
  readonly utterance: number;
  /** Undefined for what never started. */
  readonly source: 'recorded' | 'live' | 'file' | undefined;
  readonly model: string | undefined;
  /** `unfinished`: the recording ends before it. */
  readonly reason: 'completed' | 'interrupted' | 'failed' | 'unfinished';
  readonly heardMs: number;
  readonly error: string | undefined;
}

/** One phoneme of a LIPSYNC_START as MMDAgent-EX shows it: whole frames of 1/30 s, at least one; the last holds 6 more. */
export interface LipPhoneme extends Interval {
  readonly kind: 'lip';
  readonly model: string;
  readonly phoneme: string;
  /** The LIPSYNC_START it came with, counted from 1 for each model. */
  readonly part: number;
  /** Its duration in the message; undefined for one that could not be read. */
  readonly askedMs: number | undefined;
  /** When the message left, or came (MMDAgent-EX's own speech plugins send it). */
  readonly messageAtMs: number;
  /** When LIPSYNC_EVENT_START came; undefined when MMDAgent-EX never answered: the times are then a guess. */
  readonly eventStartMs: number | undefined;
  /** When LIPSYNC_EVENT_STOP came. */
  readonly eventStopMs: number | undefined;
  /** It, or the rest of its part, was cut off by a later LIPSYNC_START or a LIPSYNC_STOP. */
  readonly isCut: boolean;
}

/** A line to MMDAgent-EX, one from it, or one of ours that it sent back. */
export interface SessionMessage extends Interval {
  readonly kind: 'sent' | 'received' | 'echo';
  readonly text: string;
}

/** What the avatar could do from here on: `disconnected`, `waiting`, `modelMissing`, `ready`, `closed`. */
export interface StateChange extends Interval {
  readonly kind: 'state';
  readonly status: string;
}

/** Something of a conversation's turn that lasts: words of one side, or tools at work. */
export interface TurnSpan extends Interval, TurnPart {
  readonly kind: 'turn';
  /** Of tools at work: what was called and what came back, as far as it is known. */
  readonly calls?: readonly TurnCall[];
}

/** Something of a conversation's turn that happens at once: the user took the word. */
export interface TurnMark extends Interval, TurnPart {
  readonly kind: 'turnMark';
}

interface TurnPart {
  readonly turn: number;
  /** Who began it: `voice`, `typed`, … */
  readonly by: string;
  /** `completed`, `interrupted`, … */
  readonly outcome: string;
  readonly text: string;
}

export interface TurnCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly isError: boolean;
  /** When the tool was asked, wall clock; left out: nobody knows, or it was not run. */
  readonly atMs?: number;
  /** Until its result was there, milliseconds; left out: it never was. */
  readonly tookMs?: number;
}

/** What the recorder had to leave out before this. */
export interface Loss extends Interval {
  readonly kind: 'lost';
  readonly lostLines: number;
  readonly lostSoundMs: number;
}
