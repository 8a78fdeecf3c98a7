import type { WireFrame } from '../protocol/index.js';
import type { BridgeError, Emitter } from '../runtime/index.js';

/**
 * transport/ moves bytes between the bridge and MMDAgent-EX and knows nothing of what they mean.
 *
 * A Link is one configured URL: it listens or dials for as long as the daemon lives and gives birth to
 * PeerConnections, one after another on the same slot or, on listening links, several side by side on slots
 * 0, 1, 2 …. On Linux and macOS a lost connection ends or wedges MMDAgent-EX, hence the rules all links obey:
 * nothing above a link can close a connection except `closePolitely`; a missing pong, a slow reader, a bad byte
 * close nothing; what was dialled or accepted is kept.
 *
 * Another transport (RabbitMQ is planned) joins by implementing these two interfaces and passing the contract
 * suite in test/contract/transport.
 */
export interface Link {
  /** What the user wrote, canonical: e.g. `ws-listen://127.0.0.1:9001/chat`. May hold a token: see config's masking. */
  readonly url: string;
  /** False for stdio: messages only. */
  readonly carriesSound: boolean;
  readonly state: LinkState;
  readonly events: Emitter<LinkEvents>;
  /**
   * Begins to listen or to dial; idempotent.
   *
   * @throws {TransportError} BRIDGE_ERR_LINK_LISTEN when the address cannot be bound. A peer that cannot be dialled
   *   is no failure of `start`: it is tried again for ever.
   */
  start(): Promise<void>;
  /** Stops listening and dialling, closes what is still connected politely, leaves no timer. Idempotent. */
  close(): Promise<void>;
}

export type LinkState =
  | { readonly status: 'idle' }
  | { readonly status: 'listening'; readonly port: number }
  | { readonly status: 'dialling'; readonly attempt: number }
  | {
      readonly status: 'backoff';
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: BridgeError;
    }
  /** Links with one place (dialling, stdio, in process): the connection is up. */
  | { readonly status: 'connected' }
  /** The address could not be bound; it will not be tried again. */
  | { readonly status: 'failed'; readonly error: BridgeError }
  | { readonly status: 'closed' };

export interface LinkEvents {
  stateChange: [state: LinkState];
  /** A peer is there. Listeners must subscribe to its events in this call: bytes may follow at once. */
  connection: [connection: PeerConnection];
  /** A peer was turned away; it was told so in the way it understands. */
  refused: [refusal: Refusal];
  /** Once per outage, not per attempt. */
  outage: [error: BridgeError];
}

/**
 * `path`: another path than ours, or a web page asked for it (Origin header). `occupied`: a second peer where only
 * one is wanted. `full`: no place is left. A second peer that is moved to a path of its own is not refused.
 */
export interface Refusal {
  readonly remoteAddress: string;
  readonly reason: 'address' | 'path' | 'occupied' | 'full' | 'not-websocket';
}

/** One living connection to one MMDAgent-EX. */
export interface PeerConnection {
  /** Numbers connections of the process: 1, 2, …. */
  readonly id: number;
  /** 0 for the link's own place, 1… for peers that arrived beside a living first. */
  readonly slot: number;
  /** e.g. `127.0.0.1`; `stdio` and `simulator` for those. */
  readonly remoteAddress: string;
  readonly isOpen: boolean;
  /** Bytes given to the socket that the kernel has not taken. While this is not 0, `trySend` refuses. */
  readonly unsentBytes: number;
  readonly events: Emitter<PeerConnectionEvents>;
  /**
   * Sends one whole unit now, or nothing.
   *
   * @param frame - not changed; its bytes may be changed by the caller once `unsentBytes` is 0 again.
   * @returns False when closed, or while earlier bytes are unsent: keep the frame and try again on `drained`.
   * @throws {TransportError} BRIDGE_ERR_LINK_UNSUPPORTED when the link never carries this (sound over stdio).
   */
  trySend(frame: WireFrame): boolean;
  /**
   * The only way to end a connection: an empty close frame (WebSocket) or FIN, no waiting for an answer.
   * The caller has stopped sound and waited until it was played; on Linux and macOS the peer ends all the same.
   */
  closePolitely(): Promise<void>;
}

export interface PeerConnectionEvents {
  /** Owned by the listener only during the call. */
  bytes: [bytes: Uint8Array];
  /** `unsentBytes` came back to 0. */
  drained: [];
  /** Exactly once, last. */
  closed: [reason: CloseReason];
}

/** `cause` is for the log; `by: 'takeover'`: a restarted peer took the place of one that no longer answered. */
export interface CloseReason {
  readonly by: 'peer' | 'bridge' | 'takeover';
  readonly cause?: unknown;
}
