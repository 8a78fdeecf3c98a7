import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Admission,
  admissionHeaders,
  type Gate,
  gateRequestOf,
  offeredSubprotocols,
} from '../access/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { Asked, Endpoints, HttpEndpoint, SocketEndpoint } from './endpoint.js';
import { type Found, HttpTable, SocketTable } from './endpoint-table.js';
import { answerJson, HttpRefusal, refusalOf } from './http-answer.js';
import { endWhenDead } from './keep-alive.js';
import { countBytes } from './socket-bytes.js';

export interface EndpointHostOptions {
  readonly endpoints: readonly Endpoints[];
  readonly gate: Gate;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
}

const MAX_CONNECTIONS = 512;
const GONE = 1001;

/**
 * The protocols of a server: lets in who may, then hands request or connection to the endpoint.
 *
 *   request → gate (who, may they, how often) → endpoint → answer in the words of its protocol
 */
export class EndpointHost {
  readonly #options: EndpointHostOptions;
  readonly #http: HttpTable;
  readonly #sockets: SocketTable;
  /** One for each endpoint: their limits differ. */
  readonly #servers = new Map<SocketEndpoint, WebSocketServer>();
  /** Of handshakes under way. */
  readonly #admissions = new WeakMap<IncomingMessage, Admission>();
  /** Whose answer goes on, so that a closing server can end them. */
  readonly #asked = new Set<AbortController>();

  constructor(options: EndpointHostOptions) {
    this.#options = options;
    this.#http = new HttpTable(options.endpoints.flatMap(({ http }) => http));
    this.#sockets = new SocketTable(options.endpoints.flatMap(({ sockets }) => sockets));
  }

  has(path: string): boolean {
    return this.#http.has(path);
  }

  hasSocket(path: string): boolean {
    return this.#sockets.find(path) !== undefined;
  }

  /** Answers a request to a path that it has. Never rejects. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query }: { readonly path: string; readonly query: URLSearchParams },
  ): Promise<void> {
    let refuse: HttpEndpoint['refuse'];
    try {
      if (request.method === 'OPTIONS') return this.#preflight(request, response);
      const found = this.#http.find(request.method ?? '', path);
      if (found === undefined)
        throw new HttpRefusal(404, 'BRIDGE_ERR_USAGE', 'There is nothing at this path');
      if ('allowed' in found)
        throw new HttpRefusal(405, 'BRIDGE_ERR_USAGE', `Expected ${found.allowed}`, { Allow: found.allowed });
      ({ refuse } = found.endpoint);
      await this.#handle(found, { request, response, query });
    } catch (error) {
      this.#refused(response, error, refuse);
    }
  }

  /** Takes the connection of a path that it has. @throws what the gate throws; {HttpRefusal} 404, 503 */
  async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { path, query }: { readonly path: string; readonly query: URLSearchParams },
  ): Promise<void> {
    const found = this.#sockets.find(path);
    if (found === undefined) throw new HttpRefusal(404, 'BRIDGE_ERR_USAGE', 'No WebSocket is at this path');
    const { endpoint, params } = found;
    const { gate } = this.#options;
    let admission: Admission;
    let leave: () => void;
    try {
      admission = await gate.admit(gateRequestOf(request), endpoint.need);
      if (this.#serverOf(endpoint).clients.size >= (endpoint.maxConnections ?? MAX_CONNECTIONS))
        throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', 'Too many connections are open');
      leave = gate.connect(admission);
    } catch (error) {
      if (endpoint.refuse === undefined) throw error;
      const refusal = refusalOf(error);
      this.#serverOf(endpoint).handleUpgrade(request, socket, head, (refused) => {
        quiet(refused);
        endpoint.refuse?.(refused, refusal);
      });
      return;
    }
    socket.once('close', leave);
    if (socket.destroyed) leave();
    this.#admissions.set(request, admission);
    this.#serverOf(endpoint).handleUpgrade(request, socket, head, (opened) => {
      quiet(opened);
      opened.binaryType = 'nodebuffer';
      const unwatch = endWhenDead(opened, this.#options.clock);
      opened.on('close', unwatch);
      countBytes(opened, (bytes) => gate.spend(admission, 'bytes', bytes));
      const spendTurn = (): void => gate.spend(admission, 'turns');
      endpoint.accept(opened, { request, query, params, caller: admission.caller, spendTurn });
    });
  }

  /** Every connection and answer ends. Idempotent. */
  async close(): Promise<void> {
    for (const asked of this.#asked) asked.abort();
    await Promise.all(this.#options.endpoints.map(async (one) => one.close()));
    for (const server of this.#servers.values()) {
      for (const client of server.clients) {
        client.close(GONE);
        client.terminate();
      }
    }
  }

  async #handle(
    { endpoint, params }: Found<HttpEndpoint>,
    { request, response, query }: Pick<Asked, 'request' | 'response' | 'query'>,
  ): Promise<void> {
    const { gate, signal } = this.#options;
    const asker = gateRequestOf(request);
    const admission = endpoint.need === 'nobody' ? undefined : await gate.admit(asker, endpoint.need);
    if (admission === undefined) gate.checkHost(asker);
    else {
      for (const [name, value] of Object.entries(admissionHeaders(admission)))
        response.setHeader(name, value);
      if (endpoint.costs === 'turn') gate.spend(admission, 'turns');
    }
    // What came, not what was told: who tells of more than they send would have everybody at their address pay for it.
    const spend = (bytes: number): void => {
      if (admission !== undefined) gate.spend(admission, 'bytes', bytes);
    };
    const asked = new AbortController();
    this.#asked.add(asked);
    const onClose = (): void => asked.abort();
    response.once('close', onClose);
    if (signal.aborted) onClose();
    try {
      await endpoint.handle({
        ...{ request, response, query, params, signal: asked.signal },
        caller: admission?.caller ?? NOBODY,
        spend,
      });
    } catch (error) {
      if (error !== asked.signal.reason) throw error;
      // Nobody waits any more: that is no failure. Who still does is told why.
      if (response.destroyed) return;
      throw new HttpRefusal(503, 'BRIDGE_ERR_TURN_REFUSED', 'The bridge is closing');
    } finally {
      this.#asked.delete(asked);
    }
  }

  #preflight(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(204, this.#options.gate.preflight(gateRequestOf(request)));
    response.end();
  }

  #refused(response: ServerResponse, error: unknown, refuse: HttpEndpoint['refuse']): void {
    const refusal = refusalOf(error);
    if (refusal.status >= 500 && refusal.code === 'BRIDGE_ERR_STATE')
      this.#options.logger.error({ err: error }, 'Request failed unexpectedly');
    // What began cannot be taken back.
    if (response.headersSent) {
      response.end();
      return;
    }
    if (response.destroyed) return;
    response.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
    if (refuse !== undefined) refuse(response, refusal);
    else answerJson(response, refusal.status, { error: { code: refusal.code, message: refusal.message } });
  }

  #serverOf(endpoint: SocketEndpoint): WebSocketServer {
    const known = this.#servers.get(endpoint);
    if (known !== undefined) return known;
    const server = new WebSocketServer({
      noServer: true,
      maxPayload: endpoint.maxPayloadBytes,
      perMessageDeflate: false,
      handleProtocols: (offered, request) => chosen([...offered], request, endpoint) ?? false,
    });
    server.on('headers', (lines, request) => {
      const admission = this.#admissions.get(request);
      if (admission === undefined) return;
      for (const [name, value] of Object.entries(admissionHeaders(admission)))
        lines.push(`${name}: ${value}`);
    });
    this.#servers.set(endpoint, server);
    return server;
  }
}

/** Of a request that needs no caller. */
const NOBODY = { id: 'nobody', role: 'visitor', label: 'nobody' } as const;

/**
 * Of the endpoint's own, else the one that carried a key or a visitor's token: without an echo browsers give up the connection, also one
 * that is opened only to tell why it is refused.
 */
function chosen(
  offered: readonly string[],
  request: IncomingMessage,
  endpoint: SocketEndpoint,
): string | undefined {
  const plain = offeredSubprotocols(gateRequestOf(request));
  return endpoint.subprotocol?.(plain) ?? offered.find((name) => !plain.includes(name));
}

/** `close` follows. */
function quiet(socket: WebSocket): void {
  socket.on('error', () => {});
}
