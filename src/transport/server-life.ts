import type { Server } from 'node:net';
import { type Logger, TransportError } from '../runtime/index.js';
import type { LinkStatus } from './link-parts.js';
import { listen, unlisten } from './listen.js';
import type { Reception } from './reception.js';

export interface ServerLifeOptions {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  readonly reception: Reception;
  readonly status: LinkStatus;
  readonly logger: Logger;
}

/** Start and end of a listening link's server: once each, in any order, also while the other is under way. */
export class ServerLife {
  readonly #options: ServerLifeOptions;
  #started: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ServerLifeOptions) {
    this.#options = options;
  }

  /** @throws {TransportError} BRIDGE_ERR_LINK_LISTEN */
  start(): Promise<void> {
    this.#started ??= this.#listen();
    return this.#started;
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #listen(): Promise<void> {
    const { server, host, port, status, logger } = this.#options;
    if (status.state.status === 'closed') return;
    try {
      const bound = await listen(server, host, port);
      server.on('error', (error) => logger.error({ err: error }, 'Listening socket failed'));
      status.transition({ status: 'listening', port: bound });
    } catch (error) {
      if (error instanceof TransportError) status.transition({ status: 'failed', error });
      throw error;
    }
  }

  async #shutDown(): Promise<void> {
    const { server, reception, status } = this.#options;
    status.transition({ status: 'closed' });
    // A server that is about to listen would do so after `unlisten`; that it failed was told by `start`.
    await this.#started?.catch(() => {});
    const stopped = unlisten(server);
    await reception.close();
    await stopped;
  }
}
