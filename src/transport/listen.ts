import type { Server } from 'node:net';
import { errorText, TransportError } from '../runtime/index.js';

/**
 * Binds and waits until it is done.
 *
 * @param port - 0 lets the system choose.
 * @returns The port that was bound.
 * @throws {TransportError} BRIDGE_ERR_LINK_LISTEN
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      reject(
        new TransportError(
          'BRIDGE_ERR_LINK_LISTEN',
          `Cannot listen on ${host}:${port} (${errorText(error)}): choose another port, or end the program that has it`,
          { cause: error },
        ),
      );
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops listening and waits until the last socket is gone. A server that never listened is fine. */
export function unlisten(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
