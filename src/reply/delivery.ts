import type { BridgeError, Emitter } from '../runtime/index.js';
import type { HeardReply, ReplyEvents, SpokenPiece } from './reply-voice.js';

/** How a delivery ended. */
export interface DeliveryEnd {
  readonly reason: 'completed' | 'cancelled' | 'failed';
  readonly error?: BridgeError;
}

/** Brings the pieces of one reply to be heard, in one of the topologies. Emits what it knows, but for `paused` and `resumed`. */
export interface Delivery {
  /** Settles once, never rejects. */
  readonly ended: Promise<DeliveryEnd>;
  /** As `Reply.push`. */
  push(piece: SpokenPiece): Promise<void>;
  /** No more pieces will come. */
  end(): void;
  /** May be heard, the first time or again. Idempotent. */
  go(): void;
  /** Silence: nothing leaves after the call. Resolves when it is known what was heard; idempotent, never rejects. */
  pause(): Promise<void>;
  /** All ends: nothing leaves after the call. Idempotent, never rejects; resolves with `ended`. */
  stop(): Promise<void>;
  heard(): HeardReply;
}

export type ReplyEmitter = Emitter<ReplyEvents>;
