import type { Notice, NoticeCode } from '../runtime/index.js';

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
  /** The asker's own name for it, which comes back with the turn: pages know their questions by it. */
  readonly id?: string | undefined;
}

/** Who began a turn: `peer`: its words were recognised by MMDAgent-EX. */
export type TalkBy = 'voice' | 'typed' | 'peer' | 'tool' | 'operator' | 'avatar';

/** A turn's words as a page shows them. */
export interface TalkSaid {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  /** Of the avatar: what was heard. */
  readonly text: string;
  /** `open`: it is under way. */
  readonly outcome: 'completed' | 'interrupted' | 'failed' | 'dropped' | 'open';
  /** Of the avatar in the turn under way: what was handed to the voice so far, of which `text` was heard. */
  readonly reply?: string;
  /** Of the user: as the question named it. */
  readonly id?: string;
  /** Of the user: so many went along. */
  readonly pictures?: number;
}

/** A control tag that stood before the words. */
export interface TalkCue {
  readonly name: string;
  readonly value: string;
}

/**
 * What is told of a turn, in this order but for `phase`, `face`, `heard`, `toolProgress`, `notice` and `error`, which come when they
 * happen; `ended` is the last. Who asked is told of its turn; who watches is told of every turn, whoever began it.
 */
export type TalkEvent =
  /** The conversation began with this question. */
  | {
      readonly event: 'opened';
      /** Another one for every conversation; nothing can be done with it. */
      readonly talk: string;
      /** `openai (gpt-5)`, `offline (demonstration)`. */
      readonly model: string;
      /** No language model is set up. */
      readonly isDemonstration: boolean;
      /** The welcome, where there is one. */
      readonly said: readonly TalkSaid[];
    }
  | {
      readonly event: 'turn';
      /** As in `opened`. */
      readonly talk: string;
      readonly turn: number;
      readonly by: TalkBy;
      /** Of the question. */
      readonly id?: string;
      readonly pictures: number;
    }
  /** What the user said; '' where the avatar speaks of its own accord. */
  | { readonly event: 'started'; readonly turn: number; readonly text: string }
  | { readonly event: 'phase'; readonly phase: 'idle' | 'listening' | 'thinking' | 'speaking' }
  /** Handed to the voice; without tags. */
  | {
      readonly event: 'chunk';
      readonly turn: number;
      readonly text: string;
      readonly cues: readonly TalkCue[];
    }
  /** More was heard: what was heard before, cut at `from` (UTF-16 units), and this. */
  | { readonly event: 'heard'; readonly turn: number; readonly from: number; readonly text: string }
  /** The face now; `emoji` where the face is one of the known emotions. */
  | {
      readonly event: 'face';
      readonly face: string;
      readonly emoji: string | undefined;
      readonly lastsMs: number;
    }
  | {
      readonly event: 'tool';
      readonly turn: number;
      readonly name: string;
      readonly stage: 'called' | 'progress' | 'result';
      readonly isError: boolean;
    }
  /** A tool that goes on behind its turn tells how far it is: `text` is for people. Its result comes as a turn of its own. */
  | {
      readonly event: 'toolProgress';
      /** The same for all that is told of one call. */
      readonly call: string;
      readonly name: string;
      readonly text: string;
    }
  /** The model wants to see: answered with this number, by whoever asked, else by any who watches. */
  | { readonly event: 'vision'; readonly id: string; readonly source: string }
  /** That picture is not waited for any more. */
  | { readonly event: 'looked'; readonly id: string }
  /** Must be shown where the avatar is heard. */
  | { readonly event: 'credit'; readonly credit: string }
  /** Worth telling a person: `text` is in English, the code and what its blanks hold are for other languages. */
  | {
      readonly event: 'notice';
      readonly code: NoticeCode;
      readonly values: Notice['values'];
      readonly text: string;
    }
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
    }
  /** Its words were taken up by the next turn: it stands among what was said no more. */
  | { readonly event: 'gone'; readonly turn: number }
  /** To those who watch. The conversation is over, and so is all that was said. */
  | { readonly event: 'forgotten' }
  /** To those who watch, first: how things stand. */
  | TalkState;

export interface TalkState {
  readonly event: 'state';
  /** Undefined: there is none yet. */
  readonly talk: string | undefined;
  readonly phase: 'idle' | 'listening' | 'thinking' | 'speaking';
  /** As in `opened`. */
  readonly model?: string;
  readonly isDemonstration?: boolean;
  readonly credits: readonly string[];
  readonly said: readonly TalkSaid[];
}

/** @returns whether somebody reads it. */
export type TellTalk = (event: TalkEvent) => boolean;

/** The answer to `vision`. */
export type TalkPicture =
  | { readonly id: string; readonly image: string }
  /** In the user's words or the browser's: why there is none. */
  | { readonly id: string; readonly refused: string };

/** The conversations of pages. The app puts model, voice and avatar behind it. */
export interface TalkerPort {
  /** Whether this session has a conversation here, or watches one. */
  knows(session: string): boolean;
  /** What was said; nothing where there is no conversation. */
  said(place: TalkPlace): readonly TalkSaid[];
  /**
   * Tells how things stand, then everything that happens there, until it is left or `tell` returns false. There need not be a
   * conversation yet.
   *
   * @returns leaves.
   */
  watch(place: TalkPlace, tell: TellTalk): () => void;
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
