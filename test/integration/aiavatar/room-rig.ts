import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { keyEntry, newKey, openGate, writeKeyFile } from '../../../src/access/index.js';
import { aiavatarEndpoints } from '../../../src/aiavatar/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { EndpointHost } from '../../../src/server/endpoint-host.js';
import { FakeSessions } from '../../support/aiavatar/fake-sessions.js';

export interface RoomRig extends AsyncDisposable {
  readonly sessions: FakeSessions;
  readonly origin: string;
  /** Without keys ''. */
  readonly key: string;
  readonly port: number;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
  /** An open WebSocket and what comes on it. */
  dial(path: string, options?: DialOptions): Promise<Dialled>;
  endpoints(): ReturnType<typeof aiavatarEndpoints>;
  /** How many answers ended, whole or not. */
  endings(): number;
  /** Errors that were logged. */
  readonly logged: string[];
}

export interface DialOptions {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
}

export interface Dialled {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(frame: object | string | Buffer): void;
  types(): unknown[];
}

/** The room behind the server's gate, on loopback; conversations are scripted. */
export async function startRoom({ isKeyed = false } = {}): Promise<RoomRig> {
  const clock = new SystemClock();
  const sessions = new FakeSessions();
  const logged: string[] = [];
  const logger = {
    ...SILENT_LOGGER,
    error: (_fields: unknown, text?: string) => void logged.push(text ?? ''),
  } as typeof SILENT_LOGGER;
  let endings = 0;
  const folder = await mkdtemp(join(tmpdir(), 'bridge-aiavatar-'));
  const keyFile = join(folder, 'keys.json');
  const key = isKeyed ? newKey() : '';
  if (isKeyed) {
    const about = { name: 'test', role: 'client', createdAt: new Date(0).toISOString() } as const;
    await writeKeyFile(keyFile, [await keyEntry(key, about)]);
  }
  const gate = await openGate({
    settings: { host: '127.0.0.1' },
    keyFile: isKeyed ? keyFile : undefined,
    clock,
    logger: SILENT_LOGGER,
  });
  const endpoints = aiavatarEndpoints({ sessions, clock, logger, pingEveryMs: 50 });
  const closing = new AbortController();
  const host = new EndpointHost({
    endpoints: [endpoints],
    gate,
    clock,
    logger,
    signal: closing.signal,
  });
  const split = (target = '/'): { path: string; query: URLSearchParams } => {
    const { pathname: path, searchParams: query } = new URL(target, 'http://x');
    return { path, query };
  };
  const server = createServer((request, response) => {
    response.once('close', () => endings++);
    void host.serve(request, response, split(request.url));
  });
  server.on('upgrade', (request, socket, head) => {
    host.upgrade(request, socket, head, split(request.url)).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const auth = isKeyed ? { Authorization: `Bearer ${key}` } : {};
  return {
    sessions,
    origin,
    key,
    port,
    endpoints: () => endpoints,
    endings: () => endings,
    logged,
    post: (path, body, headers = {}) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...auth, ...headers },
        body: JSON.stringify(body),
      }),
    dial: (path, options = {}) => dial(`ws://127.0.0.1:${port}${path}`, options),
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

async function dial(url: string, { protocols = [], headers = {} }: DialOptions): Promise<Dialled> {
  const socket = new WebSocket(url, protocols, { headers });
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return {
    socket,
    frames,
    closed,
    send: (frame) =>
      socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    types: () => frames.map(({ type }) => type),
  };
}

/** The events of a finished answer. */
export async function eventsOf(answer: Response): Promise<Record<string, unknown>[]> {
  const text = await answer.text();
  return text
    .split('\r\n\r\n')
    .filter((event) => event.startsWith('data: ') && event !== 'data: [DONE]')
    .map((event) => JSON.parse(event.slice('data: '.length)));
}
