import type { Clock, Emitter, Logger, Random } from '../runtime/index.js';
import { SILENT_LOGGER } from '../runtime/index.js';
import type { LinkEvents, LinkState } from './link.js';

/** What every link is given from outside. */
export interface LinkParts {
  readonly clock: Clock;
  /** Jitter of the backoff; listening links do not use it. */
  readonly random: Random;
  /** @default silent */
  readonly logger?: Logger | undefined;
}

/** The one writer of a link's state; consistent before anybody hears of it. */
export class LinkStatus {
  readonly #events: Emitter<LinkEvents>;
  readonly #logger: Logger;
  #state: LinkState = { status: 'idle' };

  constructor(events: Emitter<LinkEvents>, logger: Logger = SILENT_LOGGER) {
    this.#events = events;
    this.#logger = logger;
    events.onListenerError = (error) => logger.error({ err: error }, 'A listener of a link failed');
  }

  get state(): LinkState {
    return this.#state;
  }

  /** `closed` and `failed` are final: what comes later is ignored. */
  transition(next: LinkState): void {
    const from = this.#state.status;
    if (from === 'closed' || (from === 'failed' && next.status !== 'closed')) return;
    this.#state = next;
    this.#logger.debug({ from, to: next.status }, 'Link changed state');
    this.#events.emit('stateChange', next);
  }
}

let lastConnectionId = 0;

/** Numbers connections of the process: 1, 2, …. */
export function nextConnectionId(): number {
  lastConnectionId += 1;
  return lastConnectionId;
}
