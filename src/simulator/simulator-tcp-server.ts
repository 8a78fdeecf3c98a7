import { createServer, type Server, type Socket } from 'node:net';
import { errorText, TransportError } from '../runtime/index.js';
import type { SimulatedPeer } from './simulated-peer.js';
import { bridgeSocket } from './socket-bridge.js';

export interface SimulatorTcpServerOptions {
  readonly core: SimulatedPeer;
  /** The real one binds every interface; this one only loopback unless told. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 = any free port. */
  readonly port: number;
}

/** The peer in TCP server mode (`Plugin_Remote_EnableServer`): the bridge dials it. */
export class SimulatorTcpServer {
  readonly #options: SimulatorTcpServerOptions;
  readonly #server: Server;
  readonly #tearDowns = new Set<() => void>();
  readonly #hung = new Set<Socket>();
  #serial = 0;

  constructor(options: SimulatorTcpServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    options.core.events.on('died', () => this.#server.close());
  }

  /**
   * Starts the program and listens.
   * @returns the port.
   * @throws {TransportError} BRIDGE_ERR_LINK_LISTEN — the address cannot be bound.
   */
  async start(): Promise<number> {
    const { host = '127.0.0.1', port, core } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const text = `The simulator cannot listen on ${host}:${port}: ${errorText(error)}`;
        reject(new TransportError('BRIDGE_ERR_LINK_LISTEN', text, { cause: error }));
      });
      this.#server.listen(port, host, resolve);
    });
    core.start();
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Ends listening and all connections; idempotent. Close the core first, else it dies of the lost connections. */
  async close(): Promise<void> {
    for (const tearDown of this.#tearDowns) tearDown();
    for (const socket of this.#hung) socket.destroy();
    this.#tearDowns.clear();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const { core } = this.#options;
    if (core.status !== 'running') {
      // A deadlocked peer leaves connections in its backlog: open, never read, never answered.
      socket.on('error', () => {});
      socket.on('close', () => this.#hung.delete(socket));
      socket.pause();
      this.#hung.add(socket);
      return;
    }
    const connectionId = `tcp-${++this.#serial}`;
    const tearDown = bridgeSocket({
      core,
      connectionId,
      socket,
      encode: (message) => message,
      onGone: () => this.#tearDowns.delete(tearDown),
    });
    this.#tearDowns.add(tearDown);
    socket.on('data', (bytes) => core.receive(connectionId, bytes));
    core.connect(connectionId, { kind: 'tcp-server', remoteAddress: socket.remoteAddress ?? '127.0.0.1' });
  }
}
