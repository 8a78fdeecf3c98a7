import { createServer, type Server, type Socket } from 'node:net';
import type { WireFrame } from '../protocol/index.js';
import { Emitter, type Logger, SILENT_LOGGER } from '../runtime/index.js';
import { AllowList, plainAddress } from './allow-list.js';
import type { HeldSocket } from './held-socket.js';
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
import { TcpWire } from './wire.js';

export interface TcpListenLinkOptions extends ListenOptions {
  /** A harmless line a living MMDAgent-EX echoes; sent only when somebody else wants the place. Its echo arrives as `bytes`. */
  readonly livenessFrame: WireFrame;
}

/**
 * MMDAgent-EX dials us over TCP.
 *
 * | arrives | place 0 free | place 0 alive | place 0 silent for 2 s |
 * |---|---|---|---|
 * | allowed peer, `lane` | 0 | lowest free from 1; `full` when all are alive | 0, the old one closed by `takeover` |
 * | allowed peer, `refuse` | 0 | closed, `occupied` | 0, as above |
 * | stranger | closed before a byte is read, `address` | same | same |
 *
 * While its place is decided a newcomer is held: its bytes are kept, and it may leave.
 */
export class TcpListenLink implements Link {
  readonly url: string;
  readonly carriesSound = true;
  readonly events = new Emitter<LinkEvents>();
  readonly #options: TcpListenLinkOptions;
  readonly #logger: Logger;
  readonly #allow: AllowList;
  readonly #reception: Reception;
  readonly #status: LinkStatus;
  readonly #life: ServerLife;
  readonly #server: Server;

  constructor(options: TcpListenLinkOptions) {
    this.url = options.url;
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#allow = new AllowList(options.allow);
    const maxPeers = options.maxPeers ?? DEFAULT_MAX_PEERS;
    this.#reception = new Reception(maxPeers);
    this.#status = new LinkStatus(this.events, this.#logger);
    this.#server = createServer({
      pauseOnConnect: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: SOCKET_KEEP_ALIVE_MS,
    });
    this.#server.maxConnections = maxPeers + SPARE_SOCKETS;
    this.#server.on('connection', (socket) => this.#arrive(socket));
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

  #arrive(socket: Socket): void {
    const remoteAddress = plainAddress(socket.remoteAddress ?? '');
    this.#reception.admit(socket);
    if (this.state.status === 'closed') socket.destroy();
    else if (!this.#allow.allows(remoteAddress)) {
      socket.destroy();
      this.#refused(remoteAddress, 'address');
    } else this.#place(this.#reception.hold(socket), remoteAddress);
  }

  #place(held: HeldSocket, remoteAddress: string): void {
    this.#reception.claim(held, 'first', (first) => {
      if (first !== undefined) this.#accept(held, remoteAddress, first);
      else if (this.#options.secondPeer === 'refuse') this.#turnAway(held, remoteAddress, 'occupied');
      else {
        this.#reception.claim(held, 'lane', (lane) => {
          if (lane !== undefined) this.#accept(held, remoteAddress, lane);
          else this.#turnAway(held, remoteAddress, 'full');
        });
      }
    });
  }

  #accept(held: HeldSocket, remoteAddress: string, slot: number): void {
    const head = held.release();
    const { socket } = held;
    if (head.byteLength > 0) socket.unshift(head);
    const connection = new SocketConnection({
      wire: new TcpWire(socket, this.#options.livenessFrame),
      slot,
      remoteAddress,
      clock: this.#options.clock,
      logger: this.#logger,
    });
    this.#reception.places.put(connection);
    this.events.emit('connection', connection);
  }

  #turnAway(held: HeldSocket, remoteAddress: string, reason: Refusal['reason']): void {
    held.release();
    held.socket.destroy();
    this.#refused(remoteAddress, reason);
  }

  #refused(remoteAddress: string, reason: Refusal['reason']): void {
    this.#logger.warn({ remoteAddress, reason }, 'Turned a peer away');
    this.events.emit('refused', { remoteAddress, reason });
  }
}
