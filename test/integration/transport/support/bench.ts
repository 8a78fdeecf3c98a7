import { connect, Socket } from 'node:net';
import { vi } from 'vitest';
import { encodeMessage } from '../../../../src/protocol/index.js';
import { FakeClock, seededRandom } from '../../../../src/runtime/index.js';
import type {
  CloseReason,
  Link,
  ListenOptions,
  PeerConnection,
  Refusal,
} from '../../../../src/transport/index.js';
import { RawPeer, splitAnswer, upgradeRequest } from '../../../contract/transport/support/raw-peer.js';

export const LIVENESS = encodeMessage('BRIDGE_ALIVE', '1');

/** What the tests of both listening links begin with. */
export function listenOptions(): ListenOptions & { readonly clock: FakeClock } {
  return {
    url: 'test:',
    host: '127.0.0.1',
    port: 0,
    allow: ['127.0.0.1'],
    secondPeer: 'lane',
    clock: new FakeClock(),
    random: seededRandom(1),
  };
}

/** Everything a link said. */
export class Diary {
  readonly connections: PeerConnection[] = [];
  readonly closed = new Map<number, CloseReason>();
  readonly refused: Refusal[] = [];
  readonly heard = new Map<number, string>();

  constructor(link: Link) {
    link.events.on('refused', (refusal) => this.refused.push(refusal));
    link.events.on('connection', (connection) => {
      this.connections.push(connection);
      connection.events.on('closed', (reason) => this.closed.set(connection.id, reason));
      connection.events.on('bytes', (bytes) => {
        const before = this.heard.get(connection.id) ?? '';
        this.heard.set(connection.id, before + Buffer.from(bytes).toString('latin1'));
      });
    });
  }

  /** The connection number `index` of this link, in order of arrival. */
  connection(index: number): PeerConnection {
    const connection = this.connections[index];
    if (connection === undefined) throw new Error(`only ${this.connections.length} connections so far`);
    return connection;
  }

  closedBy(index: number): string | undefined {
    return this.closed.get(this.connection(index).id)?.by;
  }
}

export async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Lets what is on its way on loopback arrive; for what must not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function portOf(link: Link): number {
  if (link.state.status !== 'listening') throw new Error(`not listening: ${link.state.status}`);
  return link.state.port;
}

export function dial(link: Link): RawPeer {
  return new RawPeer(connect(portOf(link), '127.0.0.1'));
}

/** Asks for an upgrade and does not wait. */
export function ask(link: Link, target: string, extra = ''): RawPeer {
  const peer = dial(link);
  peer.socket.write(upgradeRequest(target, extra));
  return peer;
}

/** @returns The first line of the answer. */
export async function answerOf(peer: RawPeer): Promise<string> {
  await peer.until(() => peer.hasEnded || splitAnswer(peer.raw) !== undefined);
  return splitAnswer(peer.raw)?.head.split('\r\n')[0] ?? 'closed';
}

/**
 * Counts what the bridge's side of a connection gives to the kernel: each is one system call.
 *
 * Needed beside the chunks a peer sees: a peer in this process reads only after both of two writes were made.
 */
export function countWrites(peer: RawPeer): () => number {
  const sockets = Socket.prototype as unknown as Record<'_write' | '_writev', (...args: unknown[]) => void>;
  let count = 0;
  for (const name of ['_write', '_writev'] as const) {
    const original = sockets[name];
    vi.spyOn(sockets, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      if (this instanceof Socket && this.remotePort === peer.socket.localPort) count += 1;
      original.apply(this, args);
    });
  }
  return () => count;
}
