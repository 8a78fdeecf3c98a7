import type { RawData, WebSocket } from 'ws';
import { BridgeError } from '../runtime/index.js';

/** Told in steps: a microphone sends sixty frames a second. */
const STEP_BYTES = 64 * 1024;
/** Policy violation. @source RFC 6455 7.4.1 */
const TOO_MUCH = 1008;

/** Ends a connection that sends more than its caller may. @param spend - throws when it is too much. */
export function countBytes(socket: WebSocket, spend: (bytes: number) => void): void {
  let bytes = 0;
  socket.on('message', (data: RawData) => {
    bytes += (data as Buffer).byteLength;
    if (bytes < STEP_BYTES) return;
    try {
      spend(bytes);
    } catch (error) {
      socket.close(TOO_MUCH, error instanceof BridgeError ? 'Too much in a short time' : undefined);
    }
    bytes = 0;
  });
}
