import type { Socket } from 'node:net';
import { HeldSocket } from './held-socket.js';
import { Places } from './places.js';
import type { SocketConnection } from './socket-connection.js';

/**
 * Where newcomers of a listening link wait for their place, and all sockets it has to end one day.
 *
 * `decide` of a newcomer that leaves, or of one still waiting at `close`, is never called.
 */
export class Reception {
  readonly places: Places;
  /** Newcomers in waiting, each with what takes its question back. */
  readonly #waiting = new Map<HeldSocket, () => void>();
  readonly #sockets = new Set<Socket>();

  constructor(maxPeers: number) {
    this.places = new Places(maxPeers);
  }

  /** From its first moment on a socket is known here, and none of its errors reaches the process. */
  admit(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    socket.on('error', () => {});
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  hold(socket: Socket, head?: Uint8Array): HeldSocket {
    const held: HeldSocket = new HeldSocket(socket, head, () => {
      this.#waiting.get(held)?.();
      this.#waiting.delete(held);
    });
    return held;
  }

  claim(held: HeldSocket, which: 'first' | 'lane', decide: (slot: number | undefined) => void): void {
    let isDecided = false;
    const decideOnce = (slot: number | undefined): void => {
      isDecided = true;
      this.#waiting.delete(held);
      if (held.isWaiting) decide(slot);
    };
    const { places } = this;
    const takeBack = which === 'first' ? places.claimFirst(decideOnce) : places.claimLane(decideOnce);
    if (!isDecided) this.#waiting.set(held, takeBack);
  }

  /** Sends the waiting away, then ends every connection politely and leaves nothing. */
  async close(): Promise<void> {
    for (const [held, takeBack] of this.#waiting) {
      takeBack();
      held.socket.destroy();
    }
    this.#waiting.clear();
    const connections: readonly SocketConnection[] = this.places.connections;
    await Promise.all(connections.map((connection) => connection.closePolitely()));
    for (const connection of connections) connection.dispose();
    // Their connections learn of it by 'close' and then give up their timers.
    const gone = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(gone);
  }
}
