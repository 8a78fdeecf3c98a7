import type { WireFrame } from '../protocol/index.js';
import { Emitter, type Logger } from '../runtime/index.js';
import type { CloseReason, PeerConnection, PeerConnectionEvents } from './link.js';
import { nextConnectionId } from './link-parts.js';

/** The other side of a MemoryLink. Calls back at any time, also from inside `write`. */
export interface Endpoint {
  /** Takes the bytes during the call: they are the caller's again afterwards. */
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  onClosed(listener: () => void): void;
  /** Ends the other side; whether `onClosed` then calls back does not matter. */
  close(): void;
}

/**
 * A PeerConnection to an Endpoint: everything is taken at once, so nothing is ever unsent.
 *
 * What the endpoint says while it is being written to, or before `begin`, is delivered in the next microtask:
 * as with sockets, no event comes from inside a call.
 */
export class MemoryConnection implements PeerConnection {
  readonly id = nextConnectionId();
  readonly slot = 0;
  readonly remoteAddress = 'simulator';
  readonly unsentBytes = 0;
  readonly events = new Emitter<PeerConnectionEvents>();
  readonly #endpoint: Endpoint;
  readonly #logger: Logger;
  readonly #late: (() => void)[] = [];
  #isQuiet = true;
  #isOpen = true;

  constructor(endpoint: Endpoint, logger: Logger) {
    this.#endpoint = endpoint;
    this.#logger = logger;
    this.events.onListenerError = (error) =>
      logger.error({ err: error, connection: this.id }, 'A listener of a connection failed');
    endpoint.onBytes((bytes) => {
      if (!this.#isQuiet && this.#late.length === 0) this.#deliver(bytes);
      else {
        const kept = bytes.slice();
        this.#later(() => this.#deliver(kept));
      }
    });
    endpoint.onClosed(() => this.#later(() => this.#end({ by: 'peer' })));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The link has announced this connection: what was said so far is delivered. @internal */
  begin(): void {
    this.#isQuiet = false;
    this.#flush();
  }

  trySend(frame: WireFrame): boolean {
    if (!this.#isOpen) return false;
    const wasQuiet = this.#isQuiet;
    this.#isQuiet = true;
    try {
      this.#endpoint.write(frame);
    } catch (error) {
      this.#logger.error({ err: error, connection: this.id }, 'The in-process peer failed');
      this.#later(() => this.#end({ by: 'peer', cause: error }));
    }
    this.#isQuiet = wasQuiet;
    return true;
  }

  async closePolitely(): Promise<void> {
    this.#end({ by: 'bridge' });
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#isOpen) this.events.emit('bytes', bytes);
  }

  #later(run: () => void): void {
    this.#late.push(run);
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    while (!this.#isQuiet) {
      const run = this.#late.shift();
      if (run === undefined) return;
      run();
    }
  }

  #end(reason: CloseReason): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#endpoint.close();
    } catch (error) {
      this.#logger.error({ err: error, connection: this.id }, 'The in-process peer failed to close');
    }
    this.events.emit('closed', reason);
    this.events.removeAllListeners();
  }
}
