import { connect } from 'node:net';
import type { Clock } from '../runtime/index.js';
import { type DialResult, redial } from './redial.js';
import type { SimulatedPeer } from './simulated-peer.js';
import { bridgeSocket } from './socket-bridge.js';

export interface SimulatorTcpClientOptions {
  readonly core: SimulatedPeer;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  /** As RetryCount in the .mdf; the real default is 0. @default 1000000 */
  readonly retryCount?: number;
}

/** The peer in TCP client mode (`Plugin_Remote_EnableClient`): it dials a bridge that listens. */
export class SimulatorTcpClient {
  readonly #options: SimulatorTcpClientOptions;
  readonly #stop = new AbortController();
  #tearDown: (() => void) | undefined;
  #serial = 0;

  constructor(options: SimulatorTcpClientOptions) {
    this.#options = options;
  }

  /** Starts the program and dials as the real one does; resolves when it will never dial again. */
  run(): Promise<'gave-up' | 'ended'> {
    const { core, clock, retryCount = 1_000_000 } = this.#options;
    core.start();
    return redial({
      clock,
      retryCount,
      dial: () => this.#dial(),
      isAlive: () => core.status === 'running',
      signal: this.#stop.signal,
    });
  }

  /** Ends dialling and the connection; idempotent. Close the core first, else it dies of the lost connection. */
  close(): void {
    this.#stop.abort();
    this.#tearDown?.();
  }

  #dial(): Promise<DialResult> {
    const { core, host, port } = this.#options;
    return new Promise((resolve) => {
      const socket = connect({ host, port });
      const refuse = (): void => resolve({ kind: 'refused' });
      socket.once('error', refuse);
      socket.once('connect', () => {
        socket.removeListener('error', refuse);
        const connectionId = `tcp-${++this.#serial}`;
        const ended = new Promise<void>((gone) => {
          const tearDown = bridgeSocket({
            core,
            connectionId,
            socket,
            encode: (message) => message,
            onGone: gone,
          });
          this.#tearDown = () => {
            tearDown();
            gone();
          };
        });
        socket.on('data', (bytes) => core.receive(connectionId, bytes));
        core.connect(connectionId, { kind: 'tcp-client', remoteAddress: host });
        resolve({ kind: 'connected', ended });
      });
      this.#tearDown = () => {
        socket.destroy();
        refuse();
      };
    });
  }
}
