import type { Caller } from '../access/index.js';
import type { ApiSocket } from './api-socket.js';
import { ApiConnection, type ConnectionPorts } from './connection.js';
import { API_LIMITS, CLOSE_CODES } from './protocol.js';

/** Lost connections of all callers that are kept for who comes back. */
const MAX_LOST = 256;

/** How a client goes on with what it had. */
export interface Resume {
  readonly connection: string;
  readonly token: string;
  readonly lastSeq: number;
}

/**
 * All connections of our own protocol: those with a socket, and for 30 s those that lost theirs.
 *
 * | a connection is | input | next |
 * |---|---|---|
 * | carried by a socket | the socket is gone | lost |
 * | carried | the client said farewell: 1000, 1001 | over |
 * | carried | resumed from another socket | carried by that one; the old one is closed, 4409 |
 * | lost | resumed | carried |
 * | lost | 30 s, or 256 others were lost since | over |
 * | any | close() | over |
 */
export class ApiConnections {
  readonly #ports: ConnectionPorts;
  readonly #byId = new Map<string, ApiConnection>();
  readonly #sockets = new Map<ApiConnection, ApiSocket>();
  readonly #lost = new Set<ApiConnection>();

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** How many this caller has, lost ones included. */
  countOf(caller: Caller): number {
    return [...this.#byId.values()].filter((one) => one.caller.id === caller.id).length;
  }

  /** A connection for a new socket. */
  open(caller: Caller, socket: ApiSocket): ApiConnection {
    const connection: ApiConnection = new ApiConnection({
      ...this.#ports,
      caller,
      onSlow: () =>
        this.#sockets
          .get(connection)
          ?.close(CLOSE_CODES.slow, 'Expected a reader that is less than 4 MiB behind'),
    });
    this.#byId.set(connection.id, connection);
    this.#sockets.set(connection, socket);
    return connection;
  }

  /** @returns undefined: there is none for this caller and token. */
  resume(
    caller: Caller,
    { connection: id, token, lastSeq }: Resume,
    socket: ApiSocket,
  ): ApiConnection | undefined {
    const connection = this.#byId.get(id);
    if (connection === undefined || connection.token !== token || connection.caller.id !== caller.id)
      return undefined;
    // It tells of frames that were never sent: it is another's.
    if (lastSeq > connection.outbox.lastSeq) return undefined;
    const old = this.#sockets.get(connection);
    this.#sockets.set(connection, socket);
    this.#lost.delete(connection);
    connection.expiry?.cancel();
    connection.detach();
    old?.close(CLOSE_CODES.replaced, 'The connection goes on elsewhere');
    return connection;
  }

  /** The socket is gone. Does nothing when another one carries the connection by now. @param isForGood - nobody comes back. */
  lost(connection: ApiConnection, socket: ApiSocket, isForGood: boolean): void {
    if (this.#sockets.get(connection) !== socket) return;
    if (isForGood) {
      this.#over(connection);
      return;
    }
    this.#sockets.delete(connection);
    connection.detach();
    this.#lost.add(connection);
    connection.expiry = this.#ports.clock.after(API_LIMITS.keptMs, () => this.#over(connection));
    const [oldest] = this.#lost;
    if (oldest !== undefined && this.#lost.size > MAX_LOST) this.#over(oldest);
  }

  /** Idempotent. */
  close(): void {
    for (const socket of [...this.#sockets.values()]) socket.close(1001, 'The server closes');
    for (const connection of [...this.#byId.values()]) this.#over(connection);
  }

  #over(connection: ApiConnection): void {
    this.#byId.delete(connection.id);
    this.#sockets.delete(connection);
    this.#lost.delete(connection);
    connection.end();
  }
}
