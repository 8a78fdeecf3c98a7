import { createServer, connect as dial, type Socket } from 'node:net';

/** A way to the program that can be cut, and led to another, as when the program is killed and started again. */
export interface Proxy {
  readonly url: string;
  /** Ends every connection, and takes none until it is led somewhere again. */
  cut(): void;
  lead(url: string): void;
  close(): Promise<void>;
}

export async function startProxy(url: string): Promise<Proxy> {
  let target: string | undefined = url;
  const open = new Set<Socket>();
  const server = createServer((browser) => {
    if (target === undefined) {
      browser.destroy();
      return;
    }
    const program = dial(Number(new URL(target).port), '127.0.0.1');
    for (const [one, other] of [
      [browser, program],
      [program, browser],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = (): void => {
    target = undefined;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    cut,
    lead: (next) => {
      target = next;
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
