import type { Readable, Writable } from 'node:stream';
import type { WireFrame } from '../protocol/index.js';
import { Emitter, type Logger, TransportError } from '../runtime/index.js';
import type { CloseReason, PeerConnection, PeerConnectionEvents } from './link.js';
import { nextConnectionId } from './link-parts.js';

const NEWLINE = 0x0a;

/** The one connection of a StdioLink. Open until stdin ends, stdout fails, or `closePolitely`; then closed for good. */
export class StdioConnection implements PeerConnection {
  readonly id = nextConnectionId();
  readonly slot = 0;
  readonly remoteAddress = 'stdio';
  readonly events = new Emitter<PeerConnectionEvents>();
  readonly #stdin: Readable;
  readonly #stdout: Writable;
  #isOpen = true;
  #isBlocked = false;

  constructor(stdin: Readable, stdout: Writable, logger: Logger) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.events.onListenerError = (error) =>
      logger.error({ err: error, connection: this.id }, 'A listener of a connection failed');
    stdin
      .on('data', this.#received)
      .on('end', this.#ended)
      .on('close', this.#ended)
      .on('error', this.#failed);
    stdout.on('error', this.#failed).on('close', this.#ended);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get unsentBytes(): number {
    return this.#isOpen ? this.#stdout.writableLength : 0;
  }

  /** @throws {TransportError} BRIDGE_ERR_LINK_UNSUPPORTED for anything but a whole message line: waiting would not help. */
  trySend(frame: WireFrame): boolean {
    if (frame[frame.byteLength - 1] !== NEWLINE) {
      throw new TransportError(
        'BRIDGE_ERR_LINK_UNSUPPORTED',
        'A stdio link takes message lines only, each with its newline; it cannot carry sound',
      );
    }
    if (!this.#isOpen || !this.#stdout.writable) return false;
    if (this.unsentBytes > 0) {
      this.#isBlocked = true;
      return false;
    }
    // A copy: unlike a socket, a stream that is not the kernel's may hold on to bytes it has taken. Lines are few.
    this.#stdout.write(frame.slice(), this.#written);
    if (this.unsentBytes > 0) this.#isBlocked = true;
    return true;
  }

  /** Says nothing to the peer, which would not survive a closed stdout: that comes with the end of the process. */
  async closePolitely(): Promise<void> {
    this.#end({ by: 'bridge' });
  }

  readonly #received = (bytes: Uint8Array): void => {
    this.events.emit('bytes', bytes);
  };

  readonly #written = (): void => {
    if (!this.#isBlocked || this.unsentBytes > 0) return;
    this.#isBlocked = false;
    if (this.#isOpen) this.events.emit('drained');
  };

  readonly #ended = (): void => this.#end({ by: 'peer' });

  readonly #failed = (cause: unknown): void => this.#end({ by: 'peer', cause });

  #end(reason: CloseReason): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { events } = this;
    this.#stdin.off('data', this.#received).off('end', this.#ended).off('close', this.#ended);
    this.#stdout.off('close', this.#ended);
    // The error listeners stay, and stdin is drained on, without keeping the process alive for it.
    this.#stdin.resume();
    if ('unref' in this.#stdin && typeof this.#stdin.unref === 'function') this.#stdin.unref();
    events.emit('closed', reason);
    events.removeAllListeners();
  }
}
