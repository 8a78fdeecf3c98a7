import {
  type BridgeError,
  Emitter,
  errorText,
  type Logger,
  SILENT_LOGGER,
  type Timer,
  TransportError,
} from '../runtime/index.js';
import type { Link, LinkEvents, LinkState } from './link.js';
import { type LinkParts, LinkStatus } from './link-parts.js';
import { type Endpoint, MemoryConnection } from './memory-connection.js';

const REOPEN_MS = 1_000;

export interface MemoryLinkOptions extends LinkParts {
  readonly url: string;
  /** Makes the other side; called for every connection. */
  readonly open: () => Endpoint;
}

/**
 * A peer in the same process: no sockets, no waiting. When it ends a new one is opened a second later.
 *
 * | state | open() | open() throws | connection ends | 1 s over | close |
 * |---|---|---|---|---|---|
 * | idle, backoff | connected | backoff | – | (opens) | closed |
 * | connected | – | – | backoff | – | closed |
 */
export class MemoryLink implements Link {
  readonly url: string;
  readonly carriesSound = true;
  readonly events = new Emitter<LinkEvents>();
  readonly #options: MemoryLinkOptions;
  readonly #logger: Logger;
  readonly #status: LinkStatus;
  #attempt = 0;
  #isOutageTold = false;
  #wait: Timer | undefined;
  #connection: MemoryConnection | undefined;

  constructor(options: MemoryLinkOptions) {
    this.url = options.url;
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#status = new LinkStatus(this.events, this.#logger);
  }

  get state(): LinkState {
    return this.#status.state;
  }

  async start(): Promise<void> {
    if (this.state.status === 'idle') this.#open();
  }

  async close(): Promise<void> {
    this.#status.transition({ status: 'closed' });
    this.#wait?.cancel();
    await this.#connection?.closePolitely();
  }

  #open(): void {
    this.#attempt += 1;
    let connection: MemoryConnection;
    try {
      connection = new MemoryConnection(this.#options.open(), this.#logger);
    } catch (error) {
      const message = `The in-process peer could not be started (${errorText(error)})`;
      this.#backOff(new TransportError('BRIDGE_ERR_LINK_DIAL', message, { retryable: true, cause: error }));
      return;
    }
    this.#connection = connection;
    this.#attempt = 0;
    this.#isOutageTold = false;
    connection.events.on('closed', (reason) => {
      const options = { retryable: true, cause: reason.cause };
      this.#backOff(new TransportError('BRIDGE_ERR_LINK_LOST', 'The in-process peer ended', options));
    });
    this.#status.transition({ status: 'connected' });
    this.events.emit('connection', connection);
    connection.begin();
  }

  #backOff(error: BridgeError): void {
    if (this.state.status === 'closed') return;
    this.#wait = this.#options.clock.after(REOPEN_MS, () => this.#open());
    this.#status.transition({ status: 'backoff', attempt: this.#attempt, delayMs: REOPEN_MS, error });
    if (this.#isOutageTold) return;
    this.#isOutageTold = true;
    this.events.emit('outage', error);
  }
}
