import { lookup } from 'node:dns/promises';
import { connect, isIPv4, type Socket } from 'node:net';
import {
  type BridgeError,
  Emitter,
  errorText,
  type Logger,
  SILENT_LOGGER,
  type Timer,
  TransportError,
} from '../runtime/index.js';
import { Backoff } from './backoff.js';
import type { CloseReason, Link, LinkEvents, LinkState } from './link.js';
import { type LinkParts, LinkStatus } from './link-parts.js';
import { SOCKET_KEEP_ALIVE_MS } from './listen-options.js';
import { SocketConnection } from './socket-connection.js';
import { TcpWire } from './wire.js';

/** A connection that lasted this long was a good one: the next outage begins with short waits again. */
const GOOD_CONNECTION_MS = 5_000;
/** How long `close` waits for a dial under way. */
const CLOSE_DIAL_MS = 2_000;

export interface TcpDialLinkOptions extends LinkParts {
  readonly url: string;
  /** Name or IPv4 address; names are resolved anew for every attempt. */
  readonly host: string;
  readonly port: number;
  /** IPv4 addresses of a name, best first. @default the system's resolver */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
  /** @default an IPv4 TCP socket; tests put their own here */
  readonly openSocket?: ((address: string, port: number) => Socket) | undefined;
}

/**
 * MMDAgent-EX listens, we dial; one connection at a time, on slot 0.
 *
 * MMDAgent-EX dies of a connection that was accepted and dropped. Hence one address at a time, IPv4 only (it binds
 * no other), no timeout of our own on an attempt, and never a second attempt while one is pending.
 *
 * | state | resolves, connects | fails | connection ends | wait is over | close |
 * |---|---|---|---|---|---|
 * | idle | – | – | – | – | closed |
 * | dialling | connected | backoff | – | – | closed; waits up to 2 s for the result and ends it with FIN |
 * | connected | – | – | backoff | – | closed |
 * | backoff | – | – | – | dialling | closed |
 *
 * A dial that is pending when the link closes may be accepted at any moment: it is not thrown away but awaited.
 * Only one that had no answer within 2 s, hence no peer, is destroyed.
 */
export class TcpDialLink implements Link {
  readonly url: string;
  readonly carriesSound = true;
  readonly events = new Emitter<LinkEvents>();
  readonly #options: TcpDialLinkOptions;
  readonly #logger: Logger;
  readonly #status: LinkStatus;
  readonly #backoff: Backoff;
  #attempt = 0;
  #isOutageTold = false;
  #wait: Timer | undefined;
  #pending: Socket | undefined;
  #connection: SocketConnection | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: TcpDialLinkOptions) {
    this.url = options.url;
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#status = new LinkStatus(this.events, this.#logger);
    this.#backoff = new Backoff(options.random);
  }

  get state(): LinkState {
    return this.#status.state;
  }

  async start(): Promise<void> {
    if (this.state.status === 'idle') this.#dial();
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    this.#status.transition({ status: 'closed' });
    this.#wait?.cancel();
    if (this.#pending !== undefined) await this.#endPending(this.#pending);
    await this.#connection?.closePolitely();
    this.#connection?.dispose();
  }

  #endPending(socket: Socket): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = this.#options.clock.after(CLOSE_DIAL_MS, () => socket.destroy());
      socket.once('connect', () => {
        socket.end(() => socket.destroy());
      });
      socket.once('close', () => {
        giveUp.cancel();
        resolve();
      });
    });
  }

  #dial(): void {
    this.#attempt += 1;
    this.#connection?.dispose();
    this.#status.transition({ status: 'dialling', attempt: this.#attempt });
    this.#address().then(
      (address) => this.#connect(address),
      (error) => this.#failed(error),
    );
  }

  /** Several addresses of a name take turns from attempt to attempt. */
  async #address(): Promise<string> {
    const { host, resolve = resolveIpv4 } = this.#options;
    if (isIPv4(host)) return host;
    const addresses = await resolve(host);
    const address = addresses[(this.#attempt - 1) % Math.max(1, addresses.length)];
    if (address === undefined) throw new Error(`${host} has no IPv4 address`);
    return address;
  }

  #connect(address: string): void {
    if (this.state.status !== 'dialling') return;
    const { port, openSocket = openIpv4Socket } = this.#options;
    const socket = openSocket(address, port);
    this.#pending = socket;
    let cause: unknown;
    socket.on('error', (error) => {
      cause = error;
    });
    socket.once('close', () => {
      if (this.#pending !== socket) return;
      this.#pending = undefined;
      this.#failed(cause);
    });
    socket.once('connect', () => {
      this.#pending = undefined;
      if (this.state.status === 'dialling') this.#connected(socket, address);
    });
  }

  #connected(socket: Socket, remoteAddress: string): void {
    const { clock } = this.#options;
    const sinceMs = clock.nowMs();
    const connection = new SocketConnection({
      wire: new TcpWire(socket),
      slot: 0,
      remoteAddress,
      clock,
      logger: this.#logger,
    });
    this.#connection = connection;
    this.#attempt = 0;
    this.#isOutageTold = false;
    connection.events.on('closed', (reason) => {
      if (clock.nowMs() - sinceMs >= GOOD_CONNECTION_MS) this.#backoff.reset();
      this.#lost(reason);
    });
    this.#status.transition({ status: 'connected' });
    this.events.emit('connection', connection);
  }

  #failed(cause: unknown): void {
    const { host, port } = this.#options;
    const text = cause === undefined ? 'closed' : errorText(cause);
    const message = `Cannot reach MMDAgent-EX at ${host}:${port} (${text}): is it running with its TCP server enabled?`;
    this.#backOff(new TransportError('BRIDGE_ERR_LINK_DIAL', message, { retryable: true, cause }));
  }

  #lost(reason: CloseReason): void {
    const { host, port } = this.#options;
    const message = `The connection to MMDAgent-EX at ${host}:${port} ended`;
    this.#backOff(
      new TransportError('BRIDGE_ERR_LINK_LOST', message, { retryable: true, cause: reason.cause }),
    );
  }

  #backOff(error: BridgeError): void {
    if (this.state.status === 'closed') return;
    const delayMs = this.#backoff.next();
    this.#wait = this.#options.clock.after(delayMs, () => this.#dial());
    this.#status.transition({ status: 'backoff', attempt: this.#attempt, delayMs, error });
    if (this.#isOutageTold) return;
    this.#isOutageTold = true;
    this.events.emit('outage', error);
  }
}

async function resolveIpv4(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { family: 4, all: true });
  return found.map(({ address }) => address);
}

function openIpv4Socket(host: string, port: number): Socket {
  return connect({
    host,
    port,
    family: 4,
    autoSelectFamily: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: SOCKET_KEEP_ALIVE_MS,
  });
}
