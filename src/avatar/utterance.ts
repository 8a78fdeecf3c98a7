import type { PeerMessage } from '../protocol/index.js';
import type { Emitter } from '../runtime/index.js';
import type { UtteranceEnd } from './events.js';
import type { PeerSession } from './peer-session.js';

/**
 * Something the avatar says, one after another per lane: streamed sound, or a file the peer plays itself.
 *
 * | status    | begin            | sent              | heard to the end | interrupt / connection lost |
 * |-----------|------------------|-------------------|------------------|-----------------------------|
 * | waiting   | → speaking       |                   |                  | → ended                     |
 * | speaking  |                  | → draining        |                  | → ended                     |
 * | draining  |                  |                   | → ended          | → ended                     |
 * | ended     | nothing leaves it                                                                |
 */
export type UtteranceStatus = 'waiting' | 'speaking' | 'draining' | 'ended';

export interface UtteranceEvents {
  /** The first sample is heard at `heardAtMs` (the lane's clock). */
  started: [heardAtMs: number];
  /** More sound may be pushed: `acceptedBytes` in all, from the beginning. */
  credit: [acceptedBytes: number];
  /** A tied message left for the peer, to act at its position. */
  tiedSent: [tie: { readonly tieId: number; readonly positionMs: number; readonly sentAtMs: number }];
  /** Nothing more to send: the next utterance may begin behind it. */
  sent: [];
  /** Exactly once. */
  ended: [end: UtteranceEnd];
}

/** What the lane needs of anything it lets speak. */
export interface Utterance {
  readonly id: number;
  readonly model: string;
  readonly status: UtteranceStatus;
  /** The next may follow without waiting for the end of this one's sound. */
  readonly mayOverlap: boolean;
  readonly heardMs: number;
  readonly events: Emitter<UtteranceEvents>;
  /** Whether it may begin while the peer still plays earlier sound: it declares nothing that would change that sound's mouth. */
  canJoin(session: PeerSession): boolean;
  begin(session: PeerSession): void;
  /** The socket can take sound again. */
  clear(): void;
  /** What the peer says of its own accord. */
  received(message: PeerMessage): void;
  interrupt(): void;
  fail(error: unknown): void;
}
