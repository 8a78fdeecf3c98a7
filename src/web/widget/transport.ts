import type { PopupFacts, PopupOptions, ServerFrameName } from '../../popup/frames.js';
import type { Emitter } from '../../runtime/emitter.js';

/** What came from the server, over either transport. */
export interface WidgetMessage {
  readonly type: ServerFrameName | 'unknown';
  /** As the protocol numbers it. */
  readonly code: number;
  /** The payload as text. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

export type TransportState = 'connecting' | 'online' | 'away';

export interface TransportEvents {
  state: [state: TransportState];
  message: [message: WidgetMessage];
  facts: [facts: PopupFacts];
  /** What had to wait is on its way now. */
  sent: [];
  /** Whether it was sent or not is not known, or no answer comes any more. It is not sent again. */
  lost: [];
}

/** Messages to the server, one at a time, and what comes back. What is sent while there is no connection waits, and is sent once. */
export interface Transport {
  readonly events: Emitter<TransportEvents>;
  readonly state: TransportState;
  start(): void;
  /** @returns whether it is on its way; else `sent` follows. */
  sendText(text: string): boolean;
  /** A stretch of a recording, as it is made. */
  pushRecording(bytes: Uint8Array<ArrayBuffer>): void;
  /** @returns as `sendText`. */
  endRecording(): boolean;
  /** As if nothing of it had been recorded. */
  dropRecording(): void;
  /** Ends the answer: `textEnd` follows, unless the message was still waiting. */
  stop(): void;
  tune(options: PopupOptions): void;
  close(): void;
}
