import type { Utterance } from '../hearing/index.js';
import type { BridgeError } from '../runtime/index.js';
import type { Stage } from './conversation-events.js';
import type { TurnKeeper } from './ports.js';
import type { TurnBy, TurnEnd } from './turn.js';
import type { TurnRun } from './turn-run.js';

/** Where turns belong: one session until it is forgotten, then the next. */
export interface TurnSession {
  /** Names it to tools, hooks, memory and services. */
  readonly id: string;
  /** Keeps its turns; undefined: nobody does. */
  readonly kept?: TurnKeeper | undefined;
}

/** What a turn is to do. */
export interface TurnPlan {
  readonly turn: number;
  readonly session: TurnSession;
  readonly by: TurnBy;
  readonly text: string;
  readonly images?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** What its trace counts from: end of the user's speech, or when it came; monotonic milliseconds. */
  readonly fromMs: number;
  /** When the user began. @default fromMs */
  readonly startedMs?: number | undefined;
  /** What is said, control tags and all; undefined: the model answers, or the operator who has taken over. */
  readonly given?: string | undefined;
  /** What already failed: `given` tells of it, and the turn ends as failed. */
  readonly failure?: { readonly error: BridgeError; readonly stage: Stage } | undefined;
  /** Prepared unheard on a likely end of the user's turn; `confirm` makes it a turn. */
  readonly isGuess: boolean;
  /** What was said, for a brain that hears by itself. */
  readonly sound?: readonly Utterance[] | undefined;
  /** Whether it is part of the history. @default true */
  readonly isKept?: boolean | undefined;
}

/** A turn that is to begin: number and session are given to it. */
export type NewTurn = Omit<TurnPlan, 'turn' | 'session' | 'isGuess'>;

/** Who is told how a turn goes; all within the call. */
export interface TurnOwner {
  /** The first sound left. */
  sounded(turn: TurnRun): void;
  /** It goes on. */
  alive(turn: TurnRun): void;
  /** It ends because of the user or a call: nothing of it leaves any more. */
  cut(turn: TurnRun): void;
  /** Nothing of it is left. `end` is undefined for a guess that was thrown away or failed. */
  over(turn: TurnRun, end: TurnEnd | undefined): void;
  /** May it be heard now? */
  maySpeak(turn: TurnRun): boolean;
}
