import type { Socket } from 'node:net';
import type { SimulatedPeer } from './simulated-peer.js';

/** What is written to a bridge that does not read is lost beyond this, so that memory stays bounded. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

export interface SocketBridgeOptions {
  readonly core: SimulatedPeer;
  readonly connectionId: string;
  readonly socket: Socket;
  /** What a message looks like on this socket. */
  readonly encode: (message: Uint8Array) => Uint8Array;
  /** Called once when the socket is gone, after the core was told. */
  readonly onGone: () => void;
}

/**
 * Ties one socket to one connection of the core: writes what the core sends, tells it when the socket is gone, destroys the
 * socket as a killed process would when the core dies, and stops reading when its remote thread hangs.
 *
 * @returns tears the socket down without telling the core (an orderly end of the simulator).
 */
export function bridgeSocket(options: SocketBridgeOptions): () => void {
  const { core, connectionId, socket } = options;
  let isGone = false;
  const offs = [
    core.events.on('send', (id, bytes) => {
      if (id === connectionId && socket.writableLength < MAX_UNSENT_BYTES)
        socket.write(options.encode(bytes));
    }),
    core.events.on('closeConnection', (id) => {
      if (id === connectionId) socket.destroy();
    }),
    core.events.on('died', () => socket.destroy()),
    core.events.on('wedged', () => {
      if (core.status === 'deadlocked') socket.pause();
    }),
  ];
  const end = (): void => {
    if (isGone) return;
    isGone = true;
    for (const off of offs) off();
    core.disconnect(connectionId);
    socket.destroy();
    options.onGone();
  };
  socket.setNoDelay(true);
  socket.on('error', () => {
    // 'close' follows; the peer makes no difference between a reset and an end.
  });
  socket.on('end', end);
  socket.on('close', end);
  return () => {
    isGone = true;
    for (const off of offs) off();
    socket.destroy();
  };
}
