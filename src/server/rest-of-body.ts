import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../runtime/index.js';

/** Who has not sent the rest by then sends without end. */
const REST_MS = 5000;

/**
 * Lets the rest of a body pass that was answered before all of it was read, as of a sound that is interrupted. Node does so only where
 * nothing was read: else the rest stands in the way of the next request on this connection, which then fails.
 */
export function passRest(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.once('finish', () => {
    if (request.readableEnded || request.destroyed) return;
    request.resume();
    if (request.complete) return;
    const limit = clock.after(REST_MS, () => request.socket.destroy());
    request.once('end', () => limit.cancel());
    request.once('close', () => limit.cancel());
  });
}
