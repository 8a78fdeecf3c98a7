import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import {
  type ControlChannel,
  controlSocketPath,
  MAX_CONTROL_FRAME_BYTES,
  SocketChannel,
  WsChannel,
} from '../control/index.js';
import { errorText, TransportError } from '../runtime/index.js';

/** Whether a daemon is named by the URL of another machine's control port rather than as one on this machine. */
export function isDaemonUrl(daemon: string): boolean {
  return /^wss?:\/\//i.test(daemon);
}

/** Where this user's daemon of that name is on this machine. @param runtimeDir - XDG_RUNTIME_DIR, where there is one. */
export function localSocketPath(name: string, runtimeDir: string | undefined): string {
  const { username } = userInfo();
  return controlSocketPath(name, {
    platform: process.platform,
    uid: process.getuid?.(),
    userName: username,
    tmpDir: tmpdir(),
    runtimeDir,
  });
}

/** @throws {TransportError} BRIDGE_ERR_DAEMON_UNREACHABLE */
export function openLocal(path: string): Promise<ControlChannel> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(new SocketChannel(socket));
    });
    socket.once('error', (error) => reject(unreachable(path, error)));
  });
}

/**
 * @param url - ws:// or wss:// of a daemon's control port.
 * @param signal - gives up connecting; later it has no effect.
 * @throws {TransportError} BRIDGE_ERR_DAEMON_UNREACHABLE; the signal's reason.
 */
export async function openRemote(url: string, signal?: AbortSignal): Promise<ControlChannel> {
  // Loaded only here: most clients speak to a daemon on their own machine.
  const { WebSocket } = await import('ws');
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: MAX_CONTROL_FRAME_BYTES,
      handshakeTimeout: 10_000,
    });
    // Frames may follow the upgrade at once: the channel listens before that.
    const channel = new WsChannel(socket);
    const onAbort = (): void => {
      reject(signal?.reason);
      socket.terminate();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const onClosed = channel.events.on('closed', (error) => reject(unreachable(url, error)));
    socket.once('open', () => {
      signal?.removeEventListener('abort', onAbort);
      onClosed();
      resolve(channel);
    });
  });
}

function unreachable(where: string, error: unknown): TransportError {
  return new TransportError(
    'BRIDGE_ERR_DAEMON_UNREACHABLE',
    `No daemon answers at ${where}: ${errorText(error)}`,
    {
      cause: error,
      retryable: true,
    },
  );
}
