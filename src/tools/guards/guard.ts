import type { TurnMetadata } from '../tool.js';

export type GuardVerdict =
  | { readonly action: 'pass' }
  /** Goes on with this text in place of the other. */
  | { readonly action: 'replace'; readonly text: string; readonly reason?: string }
  /** Ends here. `text`: what is said instead; undefined: the conversation's own words. */
  | { readonly action: 'block'; readonly text?: string; readonly reason?: string };

/** Which part of a request or response a text is. */
export interface GuardedPart {
  /** `piece`: a clause or sentence about to be spoken; `whole`: all of it. Requests are whole. */
  readonly part: 'piece' | 'whole';
  /** What was let through just before this piece, at most 200 characters; empty at the beginning and for the whole. */
  readonly before: string;
}

/** Looks at what users say, or at what the avatar is about to say. Several run at once, each on the same text. */
export interface Guard {
  /** For logs and traces. */
  readonly name: string;
  readonly on: 'request' | 'response';
  /** Which parts of a response it looks at. @default 'piece': before they are spoken */
  readonly parts?: 'piece' | 'whole' | 'both';
  /** @default 3000 */
  readonly timeoutMs?: number;
  /** What a guard that throws or takes too long means. @default 'block' */
  readonly onFault?: 'pass' | 'block';
  check(
    text: string,
    metadata: TurnMetadata,
    signal: AbortSignal,
    part: GuardedPart,
  ): GuardVerdict | Promise<GuardVerdict>;
}

/** What all guards together say; `guard` names who said it. */
export type GuardOutcome =
  | { readonly action: 'pass'; readonly text: string }
  | {
      readonly action: 'replace';
      readonly text: string;
      readonly guard: string;
      readonly reason: string | undefined;
    }
  | {
      readonly action: 'block';
      /** What is said instead; undefined: the conversation's own words. */
      readonly text: string | undefined;
      readonly guard: string;
      readonly reason: string | undefined;
    };

/** One reply on its way. After a block every further piece is blocked as well. */
export interface ResponseGuard {
  /** Before it is spoken, in order. @throws the signal's reason */
  piece(text: string): Promise<GuardOutcome>;
  /** When the reply is complete: what goes into the history. @throws the signal's reason */
  whole(text: string): Promise<GuardOutcome>;
}

export interface Guards {
  /** Whether there is none at all for this side: nothing needs to wait. */
  has(on: 'request' | 'response'): boolean;
  /** @throws the signal's reason */
  request(text: string, metadata: TurnMetadata, signal?: AbortSignal): Promise<GuardOutcome>;
  response(metadata: TurnMetadata, signal?: AbortSignal): ResponseGuard;
}
