/** Whose conversation: one for each page session and avatar that it chose. */
export interface TalkPlace {
  /** Made by this server; never told to scripts. */
  readonly session: string;
  /** Undefined: whichever avatar fits. */
  readonly lane: string | undefined;
}

export interface TalkQuestion {
  /** May be empty with an image. */
  readonly text: string;
  /** `data:image/…;base64,…`, at most 4 MiB of picture. */
  readonly image: string | undefined;
}

/** A turn's words as a page shows them. */
export interface TalkSaid {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  /** Of the avatar: what was heard. */
  readonly text: string;
  /** `open`: it is under way. */
  readonly outcome: 'completed' | 'interrupted' | 'failed' | 'dropped' | 'open';
}

/** A control tag that stood before the words. */
export interface TalkCue {
  readonly name: string;
  readonly value: string;
}

/**
 * What a page is told of a turn, in this order but for `phase`, `face`, `heard`, `notice` and `error`, which come when they happen.
 * `ended` is the last.
 */
export type TalkEvent =
  /** The conversation began with this question. */
  | {
      readonly event: 'opened';
      /** `openai (gpt-5)`, `offline (demonstration)`. */
      readonly model: string;
      /** No language model is set up. */
      readonly isDemonstration: boolean;
      /** The welcome, where there is one. */
      readonly said: readonly TalkSaid[];
    }
  | { readonly event: 'turn'; readonly turn: number }
  | { readonly event: 'started'; readonly text: string }
  | { readonly event: 'phase'; readonly phase: 'idle' | 'listening' | 'thinking' | 'speaking' }
  /** Handed to the voice; without tags. */
  | { readonly event: 'chunk'; readonly text: string; readonly cues: readonly TalkCue[] }
  /** More was heard: what was heard before, cut at `from` (UTF-16 units), and this. */
  | { readonly event: 'heard'; readonly from: number; readonly text: string }
  /** The face now; `emoji` where the face is one of the known emotions. */
  | {
      readonly event: 'face';
      readonly face: string;
      readonly emoji: string | undefined;
      readonly lastsMs: number;
    }
  | {
      readonly event: 'tool';
      readonly name: string;
      readonly stage: 'called' | 'progress' | 'result';
      readonly isError: boolean;
    }
  /** The model wants to see: answered with this number. */
  | { readonly event: 'vision'; readonly id: string; readonly source: string }
  /** Must be shown where the avatar is heard. */
  | { readonly event: 'credit'; readonly credit: string }
  /** Worth telling a person. */
  | { readonly event: 'notice'; readonly text: string }
  /** The turn may go on. */
  | { readonly event: 'error'; readonly stage: string; readonly code: string; readonly message: string }
  | {
      readonly event: 'ended';
      readonly turn: number;
      readonly outcome: 'completed' | 'interrupted' | 'failed' | 'dropped';
      readonly heard: string;
      readonly error: { readonly code: string; readonly message: string } | undefined;
      /** Milliseconds after the question came. */
      readonly trace: Readonly<Record<string, number>>;
    };

/** @returns whether somebody reads it. */
export type TellTalk = (event: TalkEvent) => boolean;

/** The answer to `vision`. */
export type TalkPicture =
  | { readonly id: string; readonly image: string }
  /** In the user's words or the browser's: why there is none. */
  | { readonly id: string; readonly refused: string };

/** The conversations of pages. The app puts model, voice and avatar behind it. */
export interface TalkerPort {
  /** Whether this session has a conversation here. */
  knows(session: string): boolean;
  /** What was said; nothing where there is no conversation. */
  said(place: TalkPlace): readonly TalkSaid[];
  /**
   * One turn, to its end, whether somebody reads it or not. A turn under way is interrupted by it.
   *
   * @throws {BridgeError} the conversation could not be opened, or does not take the turn; nothing was told.
   */
  ask(place: TalkPlace, question: TalkQuestion, tell: TellTalk): Promise<void>;
  /** Ends the turn under way. */
  stop(place: TalkPlace): void;
  /** @throws {RequestError} BRIDGE_ERR_VISION - nothing with this number is waited for. */
  give(place: TalkPlace, picture: TalkPicture): void;
  /** The conversation ends, and what is kept of it is thrown away. */
  forget(place: TalkPlace): Promise<void>;
}
