import type { SimulatedPeer } from './simulated-peer.js';
import type { ConnectionKind } from './simulator-types.js';

export interface SimulatorEndpointOptions {
  /** Unique within the peer. @default 'memory' */
  readonly connectionId?: string;
  /** How the peer thinks it is connected. @default 'websocket' */
  readonly kind?: ConnectionKind;
}

/** The bridge's end of an in-process connection; each `write` is one TCP read or one WebSocket frame. */
export interface SimulatorEndpoint {
  /** Ignored after the end. The bytes are not kept. */
  write(bytes: Uint8Array): void;
  /** Bytes from the peer, one message per call; those sent before the first listener are kept (up to 1000). Returns the way to stop. */
  onBytes(listener: (bytes: Uint8Array) => void): () => void;
  /** Called once when the peer dies or gives the connection up; at once if that has happened. Not called by `close`. */
  onClosed(listener: (reason: string) => void): () => void;
  /** Drops the connection, which ends the peer on Linux. Idempotent. */
  close(): void;
}

const MAX_HELD = 1000;
let serial = 0;

/** Connects to `core` in process, without sockets; starts it if it is new. A deadlocked peer is silent but not closed, as the real one. */
export function createSimulatorEndpoint(
  core: SimulatedPeer,
  options: SimulatorEndpointOptions = {},
): SimulatorEndpoint {
  const connectionId = options.connectionId ?? `memory-${++serial}`;
  const held: Uint8Array[] = [];
  const bytesListeners = new Set<(bytes: Uint8Array) => void>();
  const closedListeners = new Set<(reason: string) => void>();
  const offs: (() => void)[] = [];
  let closedReason: string | undefined;
  const end = (reason: string, isOwn: boolean): void => {
    if (closedReason !== undefined) return;
    closedReason = reason;
    for (const off of offs) off();
    if (!isOwn) for (const listener of [...closedListeners]) listener(reason);
    closedListeners.clear();
  };
  offs.push(
    core.events.on('send', (id, bytes) => {
      if (id !== connectionId) return;
      if (bytesListeners.size === 0 && held.length < MAX_HELD) held.push(bytes);
      for (const listener of [...bytesListeners]) listener(bytes);
    }),
    core.events.on('died', ({ rule }) => end(rule, false)),
    core.events.on('closeConnection', (id, rule) => {
      if (id === connectionId) end(rule, false);
    }),
  );
  core.connect(connectionId, { kind: options.kind ?? 'websocket', remoteAddress: '127.0.0.1' });
  return {
    write: (bytes) => {
      if (closedReason === undefined) core.receive(connectionId, bytes);
    },
    onBytes: (listener) => {
      bytesListeners.add(listener);
      for (const bytes of held.splice(0)) listener(bytes);
      return () => bytesListeners.delete(listener);
    },
    onClosed: (listener) => {
      if (closedReason !== undefined) listener(closedReason);
      else closedListeners.add(listener);
      return () => closedListeners.delete(listener);
    },
    close: () => {
      if (closedReason !== undefined) return;
      end('closed by the bridge', true);
      core.disconnect(connectionId);
    },
  };
}
