import type { WireFrame } from '../protocol/index.js';
import { type Clock, Emitter, type Logger, type Timer } from '../runtime/index.js';
import type { CloseReason, PeerConnection, PeerConnectionEvents } from './link.js';
import { nextConnectionId } from './link-parts.js';
import type { Wire } from './wire.js';

/** How long a closing connection may take to hand over FIN, and then reads on. */
const LINGER_MS = 1_000;
/** Longest silence of a peer that was asked for a sign of life. */
export const LIVENESS_MS = 2_000;
const KEEP_ALIVE_MS = 15_000;

type Status =
  | { readonly status: 'open' }
  /** FIN waits behind unsent bytes. */
  | { readonly status: 'closing'; readonly timer: Timer }
  /** FIN is out and `closed` was told; reads on, since closing over unread bytes would send RST after it. */
  | { readonly status: 'lingering'; readonly timer: Timer }
  | { readonly status: 'closed' };

export interface SocketConnectionOptions {
  readonly wire: Wire;
  readonly slot: number;
  readonly remoteAddress: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A PeerConnection over any socket; the wire decides the framing.
 *
 * | state | closePolitely | FIN handed over | peer's FIN, goodbye, error | takeOver, dispose | LINGER_MS over |
 * |---|---|---|---|---|---|
 * | open | closing | – | closed (peer) | closed | – |
 * | closing | – | lingering (bridge) | closed (bridge) | closed | closed (bridge) |
 * | lingering | – | – | closed | closed | closed |
 *
 * In brackets: `closed` is emitted with this `by`, once, on leaving open or closing. Nothing else ends it.
 */
export class SocketConnection implements PeerConnection {
  readonly id = nextConnectionId();
  readonly slot: number;
  readonly remoteAddress: string;
  readonly events = new Emitter<PeerConnectionEvents>();
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #status: Status = { status: 'open' };
  #isBlocked = false;
  #keepAlive: Timer | undefined;
  #check: Timer | undefined;
  readonly #askers = new Set<(isAlive: boolean) => void>();
  #finished: () => void = () => {};
  readonly #whenFinished = new Promise<void>((resolve) => {
    this.#finished = resolve;
  });
  /** One function for all writes: the hot path makes no closures. */
  readonly #written = (): void => {
    if (!this.#isBlocked || !this.isOpen || this.unsentBytes > 0) return;
    this.#isBlocked = false;
    this.events.emit('drained');
  };

  constructor(options: SocketConnectionOptions) {
    this.#wire = options.wire;
    this.slot = options.slot;
    this.remoteAddress = options.remoteAddress;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.events.onListenerError = (error) =>
      this.#logger.error({ err: error, connection: this.id }, 'A listener of a connection failed');
    const socket = this.#wire.socket;
    let cause: unknown;
    socket.on('data', () => this.#answer(true));
    this.#wire.attach({
      bytes: (bytes) => {
        if (this.isOpen) this.events.emit('bytes', bytes);
      },
      goodbye: () => this.#endedByPeer(undefined),
      written: this.#written,
    });
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('end', () => this.#endedByPeer(cause));
    socket.on('close', () => this.#endedByPeer(cause));
    socket.on('finish', () => this.#finOut());
    this.#scheduleKeepAlive();
  }

  get isOpen(): boolean {
    return this.#status.status === 'open';
  }

  get unsentBytes(): number {
    return this.isOpen ? this.#wire.socket.writableLength : 0;
  }

  trySend(frame: WireFrame): boolean {
    if (!this.isOpen || !this.#wire.socket.writable) return false;
    if (this.unsentBytes > 0) {
      this.#isBlocked = true;
      return false;
    }
    this.#wire.send(frame);
    if (this.unsentBytes > 0) this.#isBlocked = true;
    return true;
  }

  closePolitely(): Promise<void> {
    if (this.#status.status === 'open') {
      const timer = this.#clock.after(LINGER_MS, () => this.#close('bridge', undefined));
      this.#transition({ status: 'closing', timer });
      const { socket, farewell } = this.#wire;
      if (farewell === undefined) socket.end();
      else socket.end(farewell);
    }
    return this.#whenFinished;
  }

  /**
   * Asks for a sign of life; any byte counts. One question serves all who ask meanwhile.
   *
   * @returns Takes the question back; `done` is then not called.
   * @internal
   */
  checkAlive(done: (isAlive: boolean) => void): () => void {
    if (!this.isOpen) {
      done(false);
      return () => {};
    }
    this.#askers.add(done);
    if (this.#check === undefined) {
      this.#check = this.#clock.after(LIVENESS_MS, () => this.#answer(false));
      // Unsent bytes are question enough: a living peer takes them and echoes.
      if (this.unsentBytes === 0) this.#wire.probe();
    }
    return () => {
      this.#askers.delete(done);
      if (this.#askers.size === 0) this.#cancelCheck();
    };
  }

  /** Ends a connection whose peer no longer answers, for the sake of the one that took its place. @internal */
  takeOver(): void {
    this.#close('takeover', undefined);
  }

  /** Ends at once, without a word: after closePolitely, when the link itself goes. @internal */
  dispose(): void {
    this.#close('bridge', undefined);
  }

  #transition(next: Status): void {
    if ('timer' in this.#status) this.#status.timer.cancel();
    this.#status = next;
    this.#keepAlive?.cancel();
    this.#keepAlive = undefined;
  }

  #finOut(): void {
    if (this.#status.status !== 'closing') return;
    const timer = this.#clock.after(LINGER_MS, () => this.#close('bridge', undefined));
    this.#transition({ status: 'lingering', timer });
    this.#tellClosed({ by: 'bridge' });
  }

  #endedByPeer(cause: unknown): void {
    const by = this.#status.status === 'open' ? 'peer' : 'bridge';
    this.#close(by, cause);
  }

  #close(by: CloseReason['by'], cause: unknown): void {
    const from = this.#status.status;
    if (from === 'closed') return;
    this.#transition({ status: 'closed' });
    this.#wire.socket.destroy();
    if (from !== 'lingering') this.#tellClosed(cause === undefined ? { by } : { by, cause });
  }

  #tellClosed(reason: CloseReason): void {
    this.#cancelCheck();
    this.events.emit('closed', reason);
    // Only now: the place is free when those who asked are answered.
    this.#answer(false);
    this.events.removeAllListeners();
    this.#finished();
  }

  #answer(isAlive: boolean): void {
    if (this.#askers.size === 0) return;
    this.#cancelCheck();
    const askers = [...this.#askers];
    this.#askers.clear();
    for (const done of askers) done(isAlive);
  }

  #cancelCheck(): void {
    this.#check?.cancel();
    this.#check = undefined;
  }

  #scheduleKeepAlive(): void {
    if (this.#wire.keepAlive === undefined) return;
    this.#keepAlive = this.#clock.after(KEEP_ALIVE_MS, () => {
      if (!this.isOpen) return;
      // Unsent bytes keep the connection known as well, and pings must not pile up behind them.
      if (this.unsentBytes === 0) this.#wire.keepAlive?.();
      this.#scheduleKeepAlive();
    });
  }
}
