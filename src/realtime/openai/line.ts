import { type Clock, linkedSignal, sleep, type Timer } from '../../runtime/index.js';
import type { RealtimeConnection } from './connection.js';

export interface LineOptions {
  readonly clock: Clock;
  readonly maxSessionMs: number;
  readonly open: (signal: AbortSignal) => Promise<RealtimeConnection>;
  /** A turn is under way, or was a moment ago: a bad moment to change connections. */
  readonly isBusy: () => boolean;
  readonly onConnected: (isNew: boolean) => void;
}

/** While a turn is under way, an old connection is looked at again after so long. */
const AGAIN_MS = 5_000;
/** An outage is answered by one try at once; then the next turn tries. */
const REOPEN_MS = 250;

/** The connection of a session: one at a time, another when it breaks or is too old, and at most one being opened. */
export class Line {
  readonly #options: LineOptions;
  readonly #closing = new AbortController();
  #current: RealtimeConnection | undefined;
  #opening: Promise<RealtimeConnection> | undefined;
  #age: Timer | undefined;
  #count = 0;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  isCurrent(connection: RealtimeConnection): boolean {
    return this.#current === connection && connection.isOpen;
  }

  get current(): RealtimeConnection | undefined {
    return this.#current;
  }

  /** @throws {ProviderError} BRIDGE_ERR_LLM_* */
  async get(): Promise<RealtimeConnection> {
    if (this.#current?.isOpen === true) return this.#current;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Lets a connection go that broke or fell silent, and opens the next. */
  replace(connection: RealtimeConnection): void {
    connection.close();
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#age?.cancel();
    this.#reopen().catch(() => {
      // The next turn tries again, and tells.
    });
  }

  close(reason: unknown): void {
    this.#closing.abort(reason);
    this.#age?.cancel();
    this.#current?.close();
    this.#current = undefined;
  }

  async #reopen(): Promise<void> {
    await sleep(this.#options.clock, REOPEN_MS, this.#closing.signal);
    await this.get();
  }

  async #open(): Promise<RealtimeConnection> {
    this.#closing.signal.throwIfAborted();
    const { signal, release } = linkedSignal(this.#closing.signal);
    try {
      const connection = await this.#options.open(signal);
      if (signal.aborted) {
        connection.close();
        signal.throwIfAborted();
      }
      this.#current = connection;
      this.#count++;
      this.#ageAfter(this.#options.maxSessionMs);
      this.#options.onConnected(this.#count > 1);
      return connection;
    } finally {
      release();
    }
  }

  #ageAfter(afterMs: number): void {
    this.#age?.cancel();
    this.#age = this.#options.clock.after(afterMs, () => {
      if (this.#options.isBusy()) this.#ageAfter(AGAIN_MS);
      else if (this.#current !== undefined) this.replace(this.#current);
    });
  }
}
