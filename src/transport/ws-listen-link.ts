import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { Emitter, type Logger, SILENT_LOGGER } from '../runtime/index.js';
import { AllowList, plainAddress } from './allow-list.js';
import type { HeldSocket } from './held-socket.js';
import { answerAndEnd, type HttpStatus } from './http-answer.js';
import { matchPath } from './lane-path.js';
import type { Link, LinkEvents, LinkState, Refusal } from './link.js';
import { LinkStatus } from './link-parts.js';
import {
  DEFAULT_MAX_PEERS,
  type ListenOptions,
  SOCKET_KEEP_ALIVE_MS,
  SPARE_SOCKETS,
} from './listen-options.js';
import { Reception } from './reception.js';
import { ServerLife } from './server-life.js';
import { SocketConnection } from './socket-connection.js';
import { PeerWebSocket, WsWire } from './ws-wire.js';

/** MMDAgent-EX sends messages of at most 2047 bytes, one per frame. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_REQUEST_BYTES = 8 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

export interface WsListenLinkOptions extends ListenOptions {
  /** What MMDAgent-EX has as Directory, e.g. `/chat`; may hold a token. */
  readonly path: string;
  /** Certificate and key in PEM: then wss. MMDAgent-EX speaks TLS on port 443 only, and accepts any certificate. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
}

/**
 * MMDAgent-EX is the WebSocket client.
 *
 * | request | place 0 free | place 0 alive | place 0 silent for 2 s |
 * |---|---|---|---|
 * | `<path>`, `lane` | 0 | 429 "Too Many Requests": comes back on `<path>-1` | 0, the old one closed by `takeover` |
 * | `<path>`, `refuse` | 0 | 503, `occupied` | 0, as above |
 * | `<path>-1`, `<path>-1-2`, … | lowest place from 1 that is free or silent; 503, `full`, when all are alive | | |
 * | other path | 404, `path` | same | same |
 * | with an Origin header | 503, `path` | same | same |
 * | stranger's address | 503, `address` | same | same |
 * | plain HTTP, broken upgrade | 426 (404 elsewhere), `not-websocket` | same | same |
 *
 * MMDAgent-EX sends no Origin, browsers always do: without that rule any web page the user opens could connect to
 * localhost and take the avatar's place. In `refuse` mode paths with a suffix are other paths.
 */
export class WsListenLink implements Link {
  readonly url: string;
  readonly carriesSound = true;
  readonly events = new Emitter<LinkEvents>();
  readonly #options: WsListenLinkOptions;
  readonly #logger: Logger;
  readonly #allow: AllowList;
  readonly #reception: Reception;
  readonly #status: LinkStatus;
  readonly #life: ServerLife;
  readonly #server: Server;
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // The wire answers pings itself, with a bound.
    autoPong: false,
    WebSocket: PeerWebSocket,
  });

  constructor(options: WsListenLinkOptions) {
    this.url = options.url;
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#allow = new AllowList(options.allow);
    const maxPeers = options.maxPeers ?? DEFAULT_MAX_PEERS;
    this.#reception = new Reception(maxPeers);
    this.#status = new LinkStatus(this.events, this.#logger);
    this.#server = makeServer(options.tls);
    this.#server.maxConnections = maxPeers + SPARE_SOCKETS;
    this.#server.on('connection', (socket: Socket) => this.#reception.admit(socket));
    this.#server.on('upgrade', (request, stream, head) => this.#arrive(request, stream, head));
    this.#server.on('request', (request) => this.#plainRequest(request));
    this.#server.on('clientError', (_error, stream) => answerAndEnd(asSocket(stream), 400));
    this.#upgrader.on('wsClientError', (_error, stream, request) => {
      this.#turnAway(asSocket(stream), request, 400, 'not-websocket');
    });
    this.#life = new ServerLife({
      server: this.#server,
      host: options.host,
      port: options.port,
      reception: this.#reception,
      status: this.#status,
      logger: this.#logger,
    });
  }

  get state(): LinkState {
    return this.#status.state;
  }

  start(): Promise<void> {
    return this.#life.start();
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  #plainRequest(request: IncomingMessage): void {
    const isOurs = matchPath(this.#options.path, request.url ?? '') !== undefined;
    const isAllowed = this.#allow.allows(addressOf(request));
    this.#turnAway(
      request.socket,
      request,
      isAllowed ? (isOurs ? 426 : 404) : 503,
      isAllowed ? 'not-websocket' : 'address',
    );
  }

  #arrive(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const socket = asSocket(stream);
    // A TLS socket is not the one that 'connection' told about.
    this.#reception.admit(socket);
    const which = matchPath(this.#options.path, request.url ?? '');
    if (this.state.status === 'closed') socket.destroy();
    else if (!this.#allow.allows(addressOf(request))) this.#turnAway(socket, request, 503, 'address');
    else if (request.headers.origin !== undefined) this.#turnAway(socket, request, 503, 'path');
    else if (which === undefined) this.#turnAway(socket, request, 404, 'path');
    else if (which === 'lane' && this.#options.secondPeer === 'refuse')
      this.#turnAway(socket, request, 404, 'path');
    else this.#place(request, this.#reception.hold(socket, head), which);
  }

  #place(request: IncomingMessage, held: HeldSocket, which: 'first' | 'lane'): void {
    this.#reception.claim(held, which, (slot) => {
      const head = Buffer.from(held.release());
      const { socket } = held;
      if (slot !== undefined) this.#accept(request, socket, head, slot);
      else if (which === 'lane') this.#turnAway(socket, request, 503, 'full');
      else if (this.#options.secondPeer === 'refuse') this.#turnAway(socket, request, 503, 'occupied');
      else {
        this.#logger.info(
          { remoteAddress: addressOf(request) },
          'Moved a second peer on to a path of its own',
        );
        answerAndEnd(socket, 429);
      }
    });
  }

  /** `ws` upgrades within the call, or reports `wsClientError` and the place stays free. */
  #accept(request: IncomingMessage, socket: Socket, head: Buffer, slot: number): void {
    this.#upgrader.handleUpgrade(request, socket, head, (ws) => {
      socket.setNoDelay(true);
      const connection = new SocketConnection({
        wire: new WsWire(socket, ws, this.#logger),
        slot,
        remoteAddress: addressOf(request),
        clock: this.#options.clock,
        logger: this.#logger,
      });
      this.#reception.places.put(connection);
      this.events.emit('connection', connection);
    });
  }

  #turnAway(socket: Socket, request: IncomingMessage, status: HttpStatus, reason: Refusal['reason']): void {
    const remoteAddress = addressOf(request);
    answerAndEnd(socket, status);
    this.#logger.warn({ remoteAddress, reason }, 'Turned a peer away');
    this.events.emit('refused', { remoteAddress, reason });
  }
}

function makeServer(tls: WsListenLinkOptions['tls']): Server {
  const common = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: SOCKET_KEEP_ALIVE_MS,
    maxHeaderSize: MAX_REQUEST_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 2,
  };
  return tls === undefined
    ? createServer(common)
    : createTlsServer({ ...common, handshakeTimeout: REQUEST_TIMEOUT_MS, cert: tls.cert, key: tls.key });
}

function addressOf(request: IncomingMessage): string {
  return plainAddress(request.socket.remoteAddress ?? '');
}

/** Node hands out its own sockets as Duplex; they are net or TLS sockets. */
function asSocket(stream: Duplex): Socket {
  return stream as Socket;
}
