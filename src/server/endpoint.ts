import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { Caller, Role } from '../access/index.js';
import type { Clock, Logger } from '../runtime/index.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request that was let in. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** What stands in the path for `:name`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** Aborted when nobody waits for the answer any more, or the server closes. */
  readonly signal: AbortSignal;
  /**
   * Charges bytes of a body to the caller, as they come; readers of bodies call it. @default nothing is charged
   *
   * @throws {AccessRefusal} 429
   */
  readonly spend?: ((bytes: number) => void) | undefined;
}

/** One path and method of a protocol. */
export interface HttpEndpoint {
  readonly method: HttpMethod;
  /** `/chat`, `/api/v1/sessions/:id`: a name stands for one segment. Exact paths go first. GET answers HEAD too. */
  readonly path: string;
  /** Who may ask; `nobody`: no caller is needed, and `caller` is that of a visitor without conversations. */
  readonly need: Role | 'nobody';
  /** Counts as the begin of a turn, which costs more than a request. @default 'request' */
  readonly costs?: 'request' | 'turn';
  readonly handle: (asked: Asked) => Promise<void> | void;
  /**
   * Answers what `handle` threw, or why nobody was let in, in the words of the protocol. Nothing was sent yet.
   *
   * @default JSON `{error: {code, message}}`
   */
  readonly refuse?: (response: ServerResponse, refusal: Refusal) => void;
}

/** Why a request is not answered as it wanted. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A connection that was let in. */
export interface AskedSocket {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** Counts the begin of a turn. @throws {AccessRefusal} BRIDGE_ERR_RATE - too many in a short time. */
  readonly spendTurn: () => void;
}

/** A WebSocket of a protocol. Connections that answer no ping are ended by the server. */
export interface SocketEndpoint {
  readonly path: string;
  readonly need: Role;
  /** A larger frame ends the connection (1009). */
  readonly maxPayloadBytes: number;
  /** Of this endpoint, all callers; one more is refused (503). @default 512 */
  readonly maxConnections?: number;
  /** Chooses among the subprotocols that were offered; keys were taken out. undefined: none. @default none */
  readonly subprotocol?: (offered: readonly string[]) => string | undefined;
  /** `binaryType` is nodebuffer; 'error' is listened to already. */
  readonly accept: (socket: WebSocket, asked: AskedSocket) => void;
  /**
   * Who is not let in is told here, on an open socket, in the words of the protocol (then it is to be closed).
   *
   * @default the handshake is refused with the HTTP status
   */
  readonly refuse?: (socket: WebSocket, refusal: Refusal) => void;
}

/** A protocol, as the server takes it in. */
export interface Endpoints {
  readonly http: readonly HttpEndpoint[];
  readonly sockets: readonly SocketEndpoint[];
  /** Ends what goes on, within a few seconds. Idempotent. */
  close(): Promise<void> | void;
}

/** What every protocol is given. */
export interface EndpointPorts {
  readonly clock: Clock;
  readonly logger: Logger;
}
