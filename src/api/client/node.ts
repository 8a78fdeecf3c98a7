import { WebSocket } from 'ws';
import { API_LIMITS } from '../protocol.js';
import type { BridgeApi } from './bridge-api.js';
import type { ClientSocket } from './client-socket.js';
import { type ConnectOptions, connect as connectAnywhere } from './connect.js';

/** As `connect` of a browser, with the WebSocket of package ws. @throws {TypeError} the URL is none. */
export function connect(options: ConnectOptions): BridgeApi {
  return connectAnywhere({ openSocket: openNodeSocket, ...options });
}

function openNodeSocket(url: string, protocols: readonly string[]): ClientSocket {
  return new WebSocket(url, [...protocols], {
    perMessageDeflate: false,
    maxPayload: API_LIMITS.frameBytes,
    handshakeTimeout: 10_000,
    // As in a browser: what waits for an answer goes on before the next frame is told.
    allowSynchronousEvents: false,
  }) as unknown as ClientSocket;
}
