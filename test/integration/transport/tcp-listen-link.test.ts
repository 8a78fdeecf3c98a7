import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeMessage, encodeSound } from '../../../src/protocol/index.js';
import type { FakeClock } from '../../../src/runtime/index.js';
import { TcpListenLink, type TcpListenLinkOptions } from '../../../src/transport/index.js';
import type { RawPeer } from '../../contract/transport/support/raw-peer.js';
import { countWrites, Diary, dial, eventually, LIVENESS, listenOptions, settle } from './support/bench.js';

const links: TcpListenLink[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const link of links.splice(0)) await link.close();
});

async function listening(
  extra: Partial<TcpListenLinkOptions> = {},
): Promise<{ link: TcpListenLink; clock: FakeClock; diary: Diary }> {
  const options = listenOptions();
  const link = new TcpListenLink({ ...options, livenessFrame: LIVENESS, ...extra });
  links.push(link);
  const diary = new Diary(link);
  await link.start();
  return { link, clock: options.clock, diary };
}

async function connected(link: TcpListenLink, diary: Diary): Promise<RawPeer> {
  const before = diary.connections.length;
  const peer = dial(link);
  await eventually(() => diary.connections.length > before);
  return peer;
}

/** Sends every line back, as MMDAgent-EX does. */
function echo(peer: RawPeer): void {
  peer.socket.on('data', (bytes: Buffer) => peer.socket.write(bytes));
}

describe('TcpListenLink', () => {
  test('closes a stranger before it reads a byte', async () => {
    const { link, diary } = await listening({ allow: ['192.0.2.1', '198.51.100.0/24'] });
    const peer = dial(link);
    peer.socket.write('SECRET|1\n');
    await peer.untilEnded();
    expect(peer.size).toBe(0);
    await eventually(() => diary.refused.length > 0);
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'address' }]);
    expect(diary.connections).toEqual([]);
  });

  test('names an IPv4 peer by its IPv4 address on an IPv6 socket', async (context) => {
    const options = { ...listenOptions(), host: '::' };
    const link = new TcpListenLink({ ...options, livenessFrame: LIVENESS });
    links.push(link);
    const diary = new Diary(link);
    await link.start().catch(() => context.skip());
    await connected(link, diary);
    expect(diary.connection(0).remoteAddress).toBe('127.0.0.1');
  });

  test('writes each unit as one chunk', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link, diary);
    const writes = countWrites(peer);
    for (const unit of [encodeSound(new Uint8Array(640)), encodeMessage('LONG', 'b'.repeat(1880))]) {
      const before = peer.chunks.length;
      diary.connection(0).trySend(unit);
      await peer.until(() => peer.chunks.length > before);
      expect(peer.chunks.slice(before).map(({ length }) => length)).toEqual([unit.length]);
    }
    expect(writes()).toBe(2);
  });

  test('gives the place of a half-open peer to the next, after 2 s without a byte', async () => {
    const { link, clock, diary } = await listening();
    const old = await connected(link, diary);
    const peer = dial(link);
    peer.socket.write('EARLY|1\n');
    await old.until(() => old.size > 0);
    expect(old.raw.equals(LIVENESS)).toBe(true);
    clock.advance(1_999);
    await settle();
    expect(diary.connections.length).toBe(1);
    clock.advance(1);
    expect(diary.closedBy(0)).toBe('takeover');
    expect(diary.connection(1)).toMatchObject({ slot: 0 });
    await eventually(() => diary.heard.get(diary.connection(1).id) === 'EARLY|1\n');
    expect(clock.pendingCount).toBe(0);
  });

  test('takes over from a peer that stopped reading long ago', async () => {
    const { link, clock, diary } = await listening();
    const old = await connected(link, diary);
    old.socket.pause();
    while (diary.connection(0).trySend(encodeSound(new Uint8Array(1280))));
    dial(link);
    await eventually(() => clock.pendingCount > 0);
    clock.advance(2_000);
    expect(diary.closedBy(0)).toBe('takeover');
    expect(diary.connection(1).slot).toBe(0);
  });

  test('puts peers beside a living first on the lowest free slot', async () => {
    const { link, diary, clock } = await listening();
    echo(await connected(link, diary));
    const lane = await connected(link, diary);
    await connected(link, diary);
    lane.socket.destroy();
    await eventually(() => diary.closedBy(1) === 'peer');
    await connected(link, diary);
    expect(diary.connections.map(({ slot }) => slot)).toEqual([0, 1, 2, 1]);
    expect(diary.refused).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  test('turns a second peer away where only one is wanted', async () => {
    const { link, diary } = await listening({ secondPeer: 'refuse' });
    echo(await connected(link, diary));
    const second = dial(link);
    await second.untilEnded();
    expect(second.size).toBe(0);
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'occupied' }]);
    expect(diary.connections.length).toBe(1);
  });

  test('turns a peer away when every place is alive', async () => {
    const { link, diary } = await listening({ maxPeers: 2 });
    echo(await connected(link, diary));
    echo(await connected(link, diary));
    await dial(link).untilEnded();
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'full' }]);
  });

  test('decides for several newcomers at once', async () => {
    const { link, diary, clock } = await listening();
    await connected(link, diary);
    for (let i = 0; i < 3; i++) dial(link);
    await eventually(() => clock.pendingCount > 0);
    await settle();
    clock.advance(2_000);
    await eventually(() => diary.connections.length === 4);
    expect(diary.connections.map(({ slot }) => slot)).toEqual([0, 0, 1, 2]);
    expect(clock.pendingCount).toBe(0);
  });

  test('forgets a newcomer that leaves while it waits', async () => {
    const { link, diary, clock } = await listening();
    await connected(link, diary);
    const newcomer = dial(link);
    await eventually(() => clock.pendingCount > 0);
    newcomer.socket.end();
    await eventually(() => clock.pendingCount === 0);
    expect(diary.closed.size).toBe(0);
  });

  test('leaves nothing when it closes while a newcomer waits', async () => {
    const { link, diary, clock } = await listening();
    await connected(link, diary);
    const newcomer = dial(link);
    await eventually(() => clock.pendingCount > 0);
    await link.close();
    await newcomer.untilEnded();
    expect(clock.pendingCount).toBe(0);
  });

  test('has no place free for a peer that resets, and takes the next', async () => {
    const { link, diary } = await listening();
    for (let round = 0; round < 20; round++) {
      const peer = await connected(link, diary);
      peer.socket.resetAndDestroy();
      await eventually(() => diary.closed.size === round + 1);
    }
    expect(diary.connections.every(({ slot }) => slot === 0)).toBe(true);
  });

  test('does not listen after it was closed while starting', async () => {
    const link = new TcpListenLink({ ...listenOptions(), host: 'localhost', livenessFrame: LIVENESS });
    const starting = link.start();
    await link.close();
    await starting;
    expect(link.state).toEqual({ status: 'closed' });
  });

  test('fails for good when the port is taken', async () => {
    const { link } = await listening();
    const port = link.state.status === 'listening' ? link.state.port : 0;
    const second = new TcpListenLink({ ...listenOptions(), port, livenessFrame: LIVENESS });
    await expect(second.start()).rejects.toMatchObject({ code: 'BRIDGE_ERR_LINK_LISTEN' });
    expect(second.state.status).toBe('failed');
    await second.close();
  });
});
