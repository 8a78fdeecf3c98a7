import { chmodSync, lstatSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { WebSocketServer } from 'ws';
import { addressMatcher } from '../config/index.js';
import { type ControlChannel, MAX_CONTROL_FRAME_BYTES, SocketChannel, WsChannel } from '../control/index.js';
import { ConfigError, errorText, type Logger, SystemClock, sleep, TransportError } from '../runtime/index.js';

const LOCK_TIMEOUT_MS = 5000;
const LOCK_POLL_MS = 20;

/** A place where clients reach the daemon. */
export interface ControlServer {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Listens on this user's local socket.
 *
 * The folder is made with mode 0700 and must belong to this user: whoever can open the socket may command the avatar. A
 * socket left behind by a daemon that died is taken over; one that answers means that a daemon runs.
 *
 * @throws {TransportError} BRIDGE_ERR_DAEMON_RUNNING, BRIDGE_ERR_DAEMON_START
 */
export async function listenLocally(
  path: string,
  onChannel: (channel: ControlChannel) => void,
): Promise<ControlServer> {
  if (process.platform !== 'win32') {
    securePath(dirname(path));
    return await alone(path, async () => {
      if (await answers(path)) throw running(path);
      removeStale(path);
      return listenAt(path, onChannel);
    });
  }
  return listenAt(path, onChannel);
}

async function listenAt(path: string, onChannel: (channel: ControlChannel) => void): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    onChannel(new SocketChannel(socket));
  });
  await listening(server, () => server.listen(path), path);
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return { address: path, close: () => closed(server, () => destroyAll(sockets)) };
}

export interface RemoteControlOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly logger: Logger;
  /** Addresses and CIDR ranges that may connect at all. */
  readonly allow: readonly string[];
}

/**
 * Listens for clients on other machines, by WebSocket. They must give the key in their hello, and browsers are kept
 * out: a page of any site could otherwise try keys from a visitor's machine.
 *
 * @throws {TransportError} BRIDGE_ERR_DAEMON_START
 */
export async function listenRemotely(
  options: RemoteControlOptions,
  onChannel: (channel: ControlChannel) => void,
): Promise<ControlServer> {
  const { host, port, tls, logger } = options;
  const isAllowed = addressMatcher(options.allow);
  const refuse = (
    _request: unknown,
    response: { writeHead(status: number): { end(text: string): void } },
  ): void => {
    response
      .writeHead(426)
      .end('This is the control port of an mmdagent-bridge daemon; it speaks WebSocket.\n');
  };
  const server: HttpServer = tls === undefined ? createHttpServer(refuse) : createHttpsServer(tls, refuse);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CONTROL_FRAME_BYTES,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const address = request.socket.remoteAddress ?? '';
    if (request.headers.origin !== undefined || !isAllowed(address)) {
      logger.warn({ remoteAddress: address }, 'Control client turned away');
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => onChannel(new WsChannel(webSocket)));
  });
  await listening(server, () => server.listen({ host, port }), `${host}:${port}`);
  const bound = server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    address: `${tls === undefined ? 'ws' : 'wss'}://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () =>
      closed(server, () => {
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
      }),
  };
}

/**
 * Lets no second daemon look for a stale socket at the same time: it would take away the one that the first has just made.
 *
 * @throws {TransportError} BRIDGE_ERR_DAEMON_START
 */
async function alone<T>(path: string, run: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const clock = new SystemClock();
  const untilMs = clock.nowMs() + LOCK_TIMEOUT_MS;
  while (!takeLock(lock)) {
    if (clock.nowMs() >= untilMs) {
      throw new TransportError(
        'BRIDGE_ERR_DAEMON_START',
        `Another daemon seems to be starting and does not finish. If there is none, remove ${lock}`,
      );
    }
    await sleep(clock, LOCK_POLL_MS);
  }
  try {
    return await run();
  } finally {
    removeStale(lock);
  }
}

/** The lock holds the number of the process that has it; one that died leaves it to the next. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new TransportError('BRIDGE_ERR_DAEMON_START', `Expected to make ${lock}: ${errorText(error)}`, {
        cause: error,
      });
    }
  }
  if (!isHeld(lock)) removeStale(lock);
  return false;
}

function isHeld(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Written by its maker a moment after it was made.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function securePath(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const state = lstatSync(directory);
    if (!state.isDirectory() || (process.getuid !== undefined && state.uid !== process.getuid())) {
      throw new ConfigError(
        'BRIDGE_ERR_DAEMON_START',
        `Expected ${directory} to be a folder of this user: somebody else made it. Remove it, or set XDG_RUNTIME_DIR`,
      );
    }
    if ((state.mode & 0o077) !== 0) chmodSync(directory, 0o700);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new TransportError(
      'BRIDGE_ERR_DAEMON_START',
      `Expected to make the folder ${directory}: ${errorText(error)}`,
      { cause: error },
    );
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Nothing was left behind.
  }
}

function listening(server: Server, listen: () => void, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && process.platform === 'win32') reject(running(where));
      else
        reject(
          new TransportError(
            'BRIDGE_ERR_DAEMON_START',
            `Expected to listen on ${where}: ${errorText(error)}`,
            { cause: error },
          ),
        );
    });
    server.once('listening', () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
    listen();
  });
}

function closed(server: Server, cut: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Goodbyes already written leave first.
    setImmediate(cut);
  });
}

function destroyAll(sockets: Iterable<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

function running(path: string): TransportError {
  return new TransportError(
    'BRIDGE_ERR_DAEMON_RUNNING',
    `A daemon is already running at ${path}: use it, stop it, or name another with --daemon NAME`,
  );
}
