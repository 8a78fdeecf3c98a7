import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyEntry, newKey, openGate, type Role, writeKeyFile } from '../../../src/access/index.js';
import type { AvatarAllowance } from '../../../src/api/avatar-port.js';
import { createApi, type OperatorPort } from '../../../src/api/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { EndpointHost } from '../../../src/server/endpoint-host.js';
import type { Sessions } from '../../../src/sessions/index.js';
import { FakeAvatars } from '../../support/api/fake-avatars.js';

export interface ServerRig extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  readonly avatars: FakeAvatars;
  /** Of these roles. */
  readonly keys: Readonly<Record<'ann' | 'bob' | 'operator', string>>;
  /** Another one in its place, which knows nothing of its connections. */
  restart(): void;
  /** As `fetch` below /api/v1, as ann. */
  ask(path: string, init?: RequestInit & { readonly key?: string }): Promise<Response>;
}

const ROLES: Readonly<Record<'ann' | 'bob' | 'operator', Role>> = {
  ann: 'client',
  bob: 'client',
  operator: 'operator',
};

/** Our own protocol behind the gate, on loopback. */
export async function startServer(
  sessions: Sessions,
  allowance: AvatarAllowance = {},
  operator?: OperatorPort,
): Promise<ServerRig> {
  const clock = new SystemClock();
  const folder = await mkdtemp(join(tmpdir(), 'bridge-api-'));
  const keys = { ann: newKey(), bob: newKey(), operator: newKey() };
  const entries = Object.entries(ROLES).map(([name, role]) =>
    keyEntry(keys[name as keyof typeof keys], { name, role, createdAt: new Date(0).toISOString() }),
  );
  const keyFile = join(folder, 'keys.json');
  await writeKeyFile(keyFile, await Promise.all(entries));
  const gate = await openGate({ settings: { host: '127.0.0.1' }, keyFile, clock, logger: SILENT_LOGGER });
  const avatars = new FakeAvatars();
  const closing = new AbortController();
  const create = (): EndpointHost => {
    const api = createApi({
      ...{ sessions, avatars, allowance, operator, clock },
      ...{ logger: SILENT_LOGGER, version: '1.2.3' },
    });
    return new EndpointHost({ endpoints: [api], gate, clock, logger: SILENT_LOGGER, signal: closing.signal });
  };
  let host = create();
  const split = (target = '/'): { path: string; query: URLSearchParams } => {
    const { pathname: path, searchParams: query } = new URL(target, 'http://x');
    return { path, query };
  };
  const server = createServer((request, response) => void host.serve(request, response, split(request.url)));
  server.on('upgrade', (request, socket, head) => {
    host.upgrade(request, socket, head, split(request.url)).catch((error: { readonly status?: number }) => {
      socket.end(`HTTP/1.1 ${error.status ?? 500} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
  });
  await listening(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    ...{ url, avatars, keys },
    restart: () => {
      void host.close();
      host = create();
    },
    ask: (path, { key = keys.ann, headers = {}, ...init } = {}) =>
      fetch(`${url}api/v1${path}`, {
        ...init,
        headers: {
          ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
          ...(headers as Record<string, string>),
        },
      }),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await host.close();
      gate.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await rm(folder, { recursive: true });
    },
  };
}

/** The network between client and server, which can be cut. */
export interface Cable extends AsyncDisposable {
  readonly url: string;
  /** Every connection breaks. */
  cut(): void;
}

export async function startCable(to: string): Promise<Cable> {
  const sockets = new Set<Socket>();
  const { port, hostname } = new URL(to);
  const server = createTcpServer((near) => {
    const far = connectTcp(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}
