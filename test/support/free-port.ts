import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A TCP port of loopback at which nobody listens. Below what systems give to outgoing connections and to servers that ask for any port, so
 * that no other test takes it before it is used; by chance, so that no other is given the same.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 21_000 + randomInt(9000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
