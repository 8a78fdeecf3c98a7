import { WebSocket } from 'ws';
import type { Clock, Timer } from '../../runtime/index.js';
import type { VendorPorts } from '../../vendor/index.js';

/** Often enough that no router between forgets a quiet connection, and one that is dead is known before the next turn. */
const PING_MS = 20_000;

export type OpenSocket = NonNullable<VendorPorts['openSocket']>;

/** Without compression, which gains nothing on sound; redirects are not followed, so a key never goes where it was not meant to. */
export const openWebSocket: OpenSocket = (url, headers) =>
  new WebSocket(url, {
    headers: { ...headers },
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: 32 * 1024 * 1024,
  });

/**
 * Keeps a quiet connection alive and finds out when it is dead: a session lies idle for minutes between two turns.
 *
 * @returns Ends the watch; idempotent. It ends by itself when the socket closes.
 */
export function watchLife(socket: WebSocket, clock: Clock): () => void {
  let timer: Timer | undefined;
  let isAlive = true;
  const sign = (): void => {
    isAlive = true;
  };
  const stop = (): void => {
    timer?.cancel();
    socket.off('pong', sign);
    socket.off('message', sign);
  };
  const beat = (): void => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
    timer = clock.after(PING_MS, beat);
  };
  socket.on('pong', sign);
  socket.on('message', sign);
  socket.once('close', stop);
  timer = clock.after(PING_MS, beat);
  return stop;
}
