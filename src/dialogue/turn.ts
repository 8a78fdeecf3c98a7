import type { Cue } from '../expression/index.js';
import type { TurnRecord, TurnTrace } from '../kept/index.js';
import type { HeardReply } from '../reply/index.js';
import type { BridgeError, Emitter } from '../runtime/index.js';

/**
 * Who began a turn: `voice`, `typed`, `peer` (recognised by MMDAgent-EX), `tool` (a result that came later), `operator` (a line
 * the avatar shall say, or an operator who asks in the user's place), `avatar` (of its own accord: the welcome).
 */
export type TurnBy = TurnRecord['by'];

/** What is asked by anything but the voice. */
export interface Question {
  /** May be empty with images, or for a turn that only follows an event told in `note`. */
  readonly text: string;
  /** `data:` or `https:` URLs. */
  readonly images?: readonly string[];
  readonly by: Exclude<TurnBy, 'voice'>;
  /** The user's own; handed to hooks, tools and guards. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Values of `{name}` in the system prompt, for this turn. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * When a turn is under way: `interrupt` ends it, `queue` waits for it, `refuse` fails.
   * @default 'interrupt'; 'queue' for `tool`
   */
  readonly ifBusy?: 'interrupt' | 'queue' | 'refuse';
}

/** A piece of the reply as it is handed to the voice. */
export interface TurnChunk {
  readonly turn: number;
  /** Counted from 0 within the turn. */
  readonly index: number;
  readonly isFirst: boolean;
  /** As the model wrote it, tags included. */
  readonly raw: string;
  /** What is shown and spoken; may be ''. */
  readonly text: string;
  readonly cues: readonly Cue[];
  readonly language: string | undefined;
}

/** A tool at work, for whoever watches. */
export interface ToolNews {
  readonly callId: string;
  readonly name: string;
  readonly argumentsJson: string;
  readonly stage: 'called' | 'progress' | 'result';
  /** Of `progress` and `result`. */
  readonly value?: unknown;
  readonly isError?: boolean;
}

export interface TurnEvents {
  /** The model is asked. After the hooks, so `text` is what it reads. */
  started: [text: string];
  /** What the user said, once a brain of sound has written it down: may come after `ended`. */
  userText: [text: string];
  /** As the model writes, tags and all; captions and pages want `chunk`. */
  text: [delta: string];
  chunk: [chunk: TurnChunk];
  tool: [news: ToolNews];
  /** A picture is asked for. */
  vision: [source: string];
  /** The first sound left, monotonic milliseconds. */
  sounded: [atMs: number];
  heard: [heard: HeardReply];
  ended: [end: TurnEnd];
}

/** How a turn ended. */
export interface TurnEnd {
  readonly turn: number;
  /** Of the conversation when it began: another one after it was forgotten. */
  readonly session: string;
  readonly by: TurnBy;
  /**
   * `interrupted`: the reply had begun to sound; `dropped`: overtaken before it did, or taken up by the turn that went on with its
   * words; `failed`: see `error`.
   */
  readonly outcome: TurnRecord['outcome'];
  readonly user: string;
  /** As the model gave it, tags included. */
  readonly reply: string;
  /** What was heard of the reply, without tags, the acknowledgement before it, and the apology for one that failed. */
  readonly heard: string;
  /** How the end of `heard` is known where it lies inside a piece. */
  readonly cut?: NonNullable<TurnRecord['cut']>;
  /** What was heard of the acknowledgement; left out: there was none. */
  readonly acknowledgement?: string;
  readonly error?: BridgeError;
  readonly trace: TurnTrace;
}

/** A turn under way, as its owner holds it. */
export interface TurnHandle {
  /** Counted from 1 within the conversation. */
  readonly turn: number;
  readonly by: TurnBy;
  readonly events: Emitter<TurnEvents>;
  /** Settles once, never rejects. */
  readonly ended: Promise<TurnEnd>;
  /** Every chunk from the first, as they come, to the end of the turn. Any number of readers. */
  chunks(): AsyncIterable<TurnChunk>;
  /** As an interruption by the user; nothing after the end. */
  cancel(): void;
}
