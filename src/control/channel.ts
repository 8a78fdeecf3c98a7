import type { Emitter } from '../runtime/index.js';
import type { ControlFrame } from './frame-codec.js';

/** One carrier of the control protocol, seen from either end. */
export interface ControlChannel {
  readonly events: Emitter<ControlChannelEvents>;
  /** Bytes given to it that have not left yet: the sender decides what is still worth sending. */
  readonly bufferedBytes: number;
  /** Never throws; a closed channel drops the frame. Sound bytes are not changed afterwards by the caller. */
  send(frame: ControlFrame): void;
  close(): void;
}

export interface ControlChannelEvents {
  frame: [frame: ControlFrame];
  /** Exactly once. `error`: the other side broke the framing, or the carrier failed. */
  closed: [error: unknown];
}
