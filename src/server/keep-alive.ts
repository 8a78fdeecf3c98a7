import type { WebSocket } from 'ws';
import type { Clock } from '../runtime/index.js';

const PING_EVERY_MS = 30_000;

/** Ends a browser's connection that does not answer two pings. @returns what ends the watch; call it when the socket closes. */
export function endWhenDead(socket: WebSocket, clock: Clock): () => void {
  let isAlive = true;
  let ping = clock.after(PING_EVERY_MS, checkAlive);
  socket.on('pong', () => {
    isAlive = true;
  });

  function checkAlive(): void {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
    ping = clock.after(PING_EVERY_MS, checkAlive);
  }

  return () => ping.cancel();
}
