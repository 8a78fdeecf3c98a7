import type { WebSocket } from 'ws';
import type { AskedSocket, SocketEndpoint } from '../server/index.js';
import { ApiSocket, type ApiSocketOptions, type SocketPort } from './api-socket.js';
import { API_LIMITS, API_VERSIONS, CLOSE_CODES, commonVersion, SUBPROTOCOL_PREFIX } from './protocol.js';

/** `/api/v1/ws`. */
export function socketEndpoint(
  options: Pick<ApiSocketOptions, 'connections' | 'server' | 'clock' | 'logger'>,
): SocketEndpoint {
  return {
    path: '/api/v1/ws',
    need: 'visitor',
    maxPayloadBytes: API_LIMITS.frameBytes,
    maxConnections: 1024,
    // Without an echo a browser would not open it, and never hear why it is closed.
    subprotocol: (offered) => {
      const version = commonVersion(offered);
      const name = `${SUBPROTOCOL_PREFIX}${version}`;
      return offered.includes(name) ? name : offered[0];
    },
    accept: (socket, { request, caller, spendTurn }: AskedSocket) => {
      const version = commonVersion(offeredBy(request.headers['sec-websocket-protocol']));
      if (version === undefined) {
        const known = API_VERSIONS.map((one) => `${SUBPROTOCOL_PREFIX}${one}`);
        socket.close(CLOSE_CODES.version, `Expected ${known.join(' or ')}`);
        return;
      }
      listen(socket, new ApiSocket({ ...options, version, caller, spendTurn, port: portOf(socket) }));
    },
  };
}

function listen(socket: WebSocket, life: ApiSocket): void {
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    if (isBinary) life.receivedBytes(bytes);
    else life.receivedText(bytes.toString('utf8'));
  });
  socket.on('close', (code) => life.closed(code));
}

function portOf(socket: WebSocket): SocketPort {
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (data, done) => {
      if (socket.readyState === socket.OPEN) socket.send(data, () => done());
    },
    close: (code, reason) => socket.close(code, reason),
  };
}

function offeredBy(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
