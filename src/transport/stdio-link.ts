import type { Readable, Writable } from 'node:stream';
import { Emitter, type Logger, SILENT_LOGGER } from '../runtime/index.js';
import type { Link, LinkEvents, LinkState } from './link.js';
import { type LinkParts, LinkStatus } from './link-parts.js';
import { StdioConnection } from './stdio-connection.js';

export interface StdioLinkOptions extends LinkParts {
  /** @default `stdio:` */
  readonly url?: string | undefined;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** MMDAgent-EX has ended: stdin is at its end, or nobody reads stdout. Called once, after `closed`. */
  readonly onEnd: () => void;
}

/**
 * We are a child of MMDAgent-EX (Plugin_AnyScript): message lines on stdin and stdout, no sound.
 *
 * | state | start | stdin ends, stdout fails | close |
 * |---|---|---|---|
 * | idle | connected | – | closed |
 * | connected | – | closed, `onEnd` | closed |
 *
 * MMDAgent-EX freezes as a whole, drawing too, when its child does not read (64 kB), and spins on a closed stdout.
 * So stdin is drained from `start` to the end of the process, whoever listens, and stdout is never closed.
 */
export class StdioLink implements Link {
  readonly url: string;
  readonly carriesSound = false;
  readonly events = new Emitter<LinkEvents>();
  readonly #options: StdioLinkOptions;
  readonly #logger: Logger;
  readonly #status: LinkStatus;
  #connection: StdioConnection | undefined;

  constructor(options: StdioLinkOptions) {
    this.url = options.url ?? 'stdio:';
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#status = new LinkStatus(this.events, this.#logger);
  }

  get state(): LinkState {
    return this.#status.state;
  }

  async start(): Promise<void> {
    if (this.state.status !== 'idle') return;
    const { stdin, stdout } = this.#options;
    const connection = new StdioConnection(stdin, stdout, this.#logger);
    this.#connection = connection;
    connection.events.on('closed', ({ by }) => {
      this.#status.transition({ status: 'closed' });
      if (by === 'peer') this.#options.onEnd();
    });
    this.#status.transition({ status: 'connected' });
    this.events.emit('connection', connection);
  }

  async close(): Promise<void> {
    await this.#connection?.closePolitely();
    this.#status.transition({ status: 'closed' });
  }
}
