import type { HeardReply } from '../reply/index.js';
import type { BridgeError } from '../runtime/index.js';
import type { TurnBy, TurnChunk, TurnEnd } from './turn.js';

/** What a hook knows of a turn. */
export interface TurnFacts {
  readonly session: string;
  readonly turn: number;
  readonly by: TurnBy;
  readonly user: string | undefined;
  /** What the model reads as the user's words. */
  readonly text: string;
  readonly images: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a `request` hook may change; what it leaves out stays. */
export interface RequestChange {
  readonly text?: string;
  readonly images?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Values of `{name}` in the system prompt. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The model is not asked; this is said instead ('' for silence). The words do not join the history. */
  readonly refuse?: string;
}

/**
 * The user's own code at every stage of a turn. One that throws, rejects or takes longer than `limits.hookMs` is reported and has no
 * effect; the turn goes on. `request` is waited for; the others are told, in this order, and nobody waits.
 */
export interface ConversationHooks {
  /** Named in reports. @default its place in the list */
  readonly name?: string;
  /**
   * Before the model is asked. Hooks run one after the other, each seeing what those before it changed. Also for a reply that is
   * prepared on a likely end of turn and may be thrown away unheard: what has effects belongs to `start`.
   */
  request?(turn: TurnFacts): RequestChange | undefined | Promise<RequestChange | undefined>;
  start?(turn: TurnFacts): void | Promise<void>;
  chunk?(turn: TurnFacts, chunk: TurnChunk): void | Promise<void>;
  /** The reply was heard to its end. */
  finish?(turn: TurnFacts, end: TurnEnd): void | Promise<void>;
  interrupted?(turn: TurnFacts, heard: HeardReply): void | Promise<void>;
  error?(turn: TurnFacts | undefined, error: BridgeError): void | Promise<void>;
}
