import type { PeerMessage } from '../protocol/index.js';
import type { BridgeError } from '../runtime/index.js';

/** What a lane's avatar can do now. `ready`: sound and lips reach the lane's model. */
export type LaneState =
  | { readonly status: 'disconnected' }
  /** Connected; the program starts or loads the model. */
  | { readonly status: 'waiting'; readonly remoteAddress: string }
  /** The program answers, and has no model of that alias. */
  | { readonly status: 'modelMissing'; readonly remoteAddress: string; readonly model: string }
  | { readonly status: 'ready'; readonly remoteAddress: string }
  | { readonly status: 'closed' };

/** Another client holds the same MMDAgent-EX: both would corrupt each other's sound. */
export interface LaneWarning {
  readonly code: 'secondClient' | 'modelMissing' | 'truncatedMessage';
  readonly text: string;
}

export interface LaneEvents {
  stateChange: [state: LaneState];
  /** From MMDAgent-EX. `isEcho`: it is a message of ours that came back. */
  message: [message: PeerMessage, isEcho: boolean];
  /** A line left for MMDAgent-EX (not sound, not the bridge's own probes). */
  sent: [text: string];
  warning: [warning: LaneWarning];
}

/** How an utterance ended. `heardMs`: how much of its sound was heard. */
export type UtteranceEnd =
  | { readonly reason: 'completed'; readonly heardMs: number }
  | { readonly reason: 'interrupted'; readonly heardMs: number }
  | { readonly reason: 'failed'; readonly heardMs: number; readonly error: BridgeError };

/** Whether nothing changed that anyone is told of. */
export function isSameState(a: LaneState, b: LaneState): boolean {
  const addressOf = (state: LaneState): string | undefined =>
    'remoteAddress' in state ? state.remoteAddress : undefined;
  return a.status === b.status && addressOf(a) === addressOf(b);
}
