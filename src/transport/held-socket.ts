import type { Socket } from 'node:net';

/** A peer that waits for its place says little; one that says more is not read further. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * A newcomer whose place is being decided: what it sends is kept, and its leaving is noticed.
 *
 * Waiting -> `release` (the socket goes on, with what was kept) or `left` (it went away). Both at most once.
 */
export class HeldSocket {
  readonly socket: Socket;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #left: (() => void) | undefined;

  constructor(socket: Socket, head: Uint8Array | undefined, left: () => void) {
    this.socket = socket;
    this.#left = left;
    if (head !== undefined && head.byteLength > 0) this.#keep(head);
    socket.on('data', this.#keep).on('end', this.#gone).on('error', this.#gone).on('close', this.#gone);
    socket.resume();
  }

  get isWaiting(): boolean {
    return this.#left !== undefined;
  }

  /** @returns What arrived meanwhile, to be put before what follows. */
  release(): Uint8Array {
    this.#stop();
    this.socket.resume();
    return Buffer.concat(this.#kept);
  }

  readonly #keep = (bytes: Uint8Array): void => {
    this.#kept.push(bytes);
    this.#keptBytes += bytes.byteLength;
    if (this.#keptBytes > MAX_HELD_BYTES) this.socket.pause();
  };

  readonly #gone = (): void => {
    const left = this.#left;
    if (left === undefined) return;
    this.#stop();
    this.socket.destroy();
    left();
  };

  /** The error listener stays: an error in between must not reach the process. */
  #stop(): void {
    this.#left = undefined;
    this.socket.off('data', this.#keep).off('end', this.#gone).off('close', this.#gone);
  }
}
