import { connect } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeMessage, encodeSound } from '../../../src/protocol/index.js';
import type { FakeClock } from '../../../src/runtime/index.js';
import { seededRandom } from '../../../src/runtime/index.js';
import { WsListenLink, type WsListenLinkOptions } from '../../../src/transport/index.js';
import { selfSigned } from '../../contract/transport/support/certificate.js';
import {
  clientFrame,
  RawPeer,
  type ServerFrame,
  serverFrames,
  splitAnswer,
  upgradeRequest,
} from '../../contract/transport/support/raw-peer.js';
import {
  answerOf,
  ask,
  countWrites,
  Diary,
  dial,
  eventually,
  listenOptions,
  portOf,
  settle,
} from './support/bench.js';

const SWITCHED = 'HTTP/1.1 101 Switching Protocols';
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable';
const MOVED = 'HTTP/1.1 429 Too Many Requests';

const links: WsListenLink[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const link of links.splice(0)) await link.close();
});

async function listening(
  extra: Partial<WsListenLinkOptions> = {},
): Promise<{ link: WsListenLink; clock: FakeClock; diary: Diary }> {
  const options = listenOptions();
  const link = new WsListenLink({ ...options, path: '/chat', ...extra });
  links.push(link);
  const diary = new Diary(link);
  await link.start();
  return { link, clock: options.clock, diary };
}

async function connected(link: WsListenLink, target = '/chat'): Promise<RawPeer> {
  const peer = ask(link, target);
  expect(await answerOf(peer)).toBe(SWITCHED);
  return peer;
}

const frames = (peer: RawPeer): ServerFrame[] => serverFrames(splitAnswer(peer.raw)?.rest ?? Buffer.alloc(0));

/** Answers pings as MMDAgent-EX does. */
function answerPings(peer: RawPeer): void {
  let answered = 0;
  peer.socket.on('data', () => {
    const pings = frames(peer).filter(({ first }) => first === 0x89);
    for (const ping of pings.slice(answered)) peer.socket.write(clientFrame(ping.payload, 0x8a));
    answered = pings.length;
  });
}

describe('WsListenLink > upgrade', () => {
  test('takes the request as MMDAgent-EX sends it and offers neither extension nor sub-protocol', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    expect(splitAnswer(peer.raw)?.head).not.toMatch(/extensions|protocol:/i);
    await eventually(() => diary.connections.length === 1);
    expect(diary.connection(0)).toMatchObject({ slot: 0, remoteAddress: '127.0.0.1', isOpen: true });
  });

  test('accepts offered extensions and sub-protocols without using the former', async () => {
    const { link } = await listening();
    const peer = ask(link, '/chat', 'Sec-WebSocket-Extensions: permessage-deflate');
    expect(await answerOf(peer)).toBe(SWITCHED);
    expect(splitAnswer(peer.raw)?.head).not.toMatch(/deflate/i);
  });

  test.each(['/', '/chat/', '/chatx', '/chat-', '/chat-x', '/other-1', '/CHAT'])(
    'answers 404 on %s',
    async (target) => {
      const { link, diary } = await listening();
      expect(await answerOf(ask(link, target))).toBe('HTTP/1.1 404 Not Found');
      expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'path' }]);
    },
  );

  test('knows a peer by the token in its path', async () => {
    const { link } = await listening({ path: '/chat?key=s3cret' });
    expect(await answerOf(ask(link, '/chat?key=s3cret'))).toBe(SWITCHED);
    expect(await answerOf(ask(link, '/chat?key=S3cret'))).toBe('HTTP/1.1 404 Not Found');
    expect(await answerOf(ask(link, '/chat'))).toBe('HTTP/1.1 404 Not Found');
  });

  test('answers 503 to an address that is not allowed', async () => {
    const { link, diary } = await listening({ allow: ['192.0.2.0/24'] });
    expect(await answerOf(ask(link, '/chat'))).toBe(UNAVAILABLE);
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'address' }]);
  });

  test('answers 503 to a web page, which says where it comes from', async () => {
    const { link, diary } = await listening();
    expect(await answerOf(ask(link, '/chat', 'Origin: https://example.org'))).toBe(UNAVAILABLE);
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'path' }]);
  });

  test('answers plain HTTP with 426, and 404 elsewhere', async () => {
    const { link, diary } = await listening();
    for (const [target, status] of [
      ['/chat', '426 Upgrade Required'],
      ['/', '404 Not Found'],
    ]) {
      const peer = dial(link);
      peer.socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await answerOf(peer)).toBe(`HTTP/1.1 ${status}`);
      await peer.untilEnded();
    }
    expect(diary.refused.map(({ reason }) => reason)).toEqual(['not-websocket', 'not-websocket']);
  });

  test.each([
    ['garbage', '\x16\x03\x01\x00\xff\r\n\r\n'],
    ['a wrong key', 'GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['another upgrade', 'GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ])('answers 400 to %s and keeps the place free', async (_what, text) => {
    const { link } = await listening();
    const peer = dial(link);
    peer.socket.write(text, 'latin1');
    expect(await answerOf(peer)).toBe('HTTP/1.1 400 Bad Request');
    await connected(link);
  });
});

describe('WsListenLink > frames', () => {
  test('writes header and payload in one go: each frame arrives as one chunk', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    const writes = countWrites(peer);
    const sound = encodeSound(new Uint8Array(640).fill(1));
    for (let unit = 1; unit <= 300; unit++) {
      const before = peer.chunks.length;
      expect(diary.connection(0).trySend(sound)).toBe(true);
      await peer.until(() => peer.chunks.length > before);
      expect(peer.chunks.slice(before).map(({ length }) => length)).toEqual([4 + 647]);
    }
    expect(writes()).toBe(300);
  });

  test('writes each frame as one TLS record', async () => {
    const { link, diary } = await listening({ tls: selfSigned() });
    const socket = connect({ port: portOf(link), host: '127.0.0.1', rejectUnauthorized: false });
    const peer = new RawPeer(socket);
    socket.write(upgradeRequest('/chat'));
    expect(await answerOf(peer)).toBe(SWITCHED);
    for (const unit of [encodeSound(new Uint8Array(640)), encodeMessage('LONG', 'b'.repeat(1880))]) {
      const before = peer.chunks.length;
      expect(diary.connection(0).trySend(unit)).toBe(true);
      await peer.until(() => peer.chunks.length > before);
      await settle();
      expect(peer.chunks.length).toBe(before + 1);
    }
  });

  test('splits a line over 1400 bytes into frames of one chunk', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    const writes = countWrites(peer);
    const line = encodeMessage('LONG', 'a'.repeat(1890));
    const before = peer.chunks.length;
    expect(diary.connection(0).trySend(line)).toBe(true);
    await peer.until(() => peer.chunks.length > before);
    expect(writes()).toBe(1);
    expect(peer.chunks.length).toBe(before + 1);
    const sent = frames(peer);
    expect(sent.map(({ first, payload }) => [first, payload.length])).toEqual([
      [0x82, 1400],
      [0x82, line.length - 1400],
    ]);
    expect(Buffer.concat(sent.map(({ payload }) => payload)).equals(line)).toBe(true);
  });

  test('reads masked text frames, also fragmented, invalid as UTF-8 and empty', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    peer.socket.write(clientFrame(Buffer.from('A|1\n')));
    peer.socket.write(clientFrame(Buffer.from('B|caf\xe9\n', 'latin1')));
    peer.socket.write(clientFrame(Buffer.alloc(0)));
    peer.socket.write(clientFrame(Buffer.from('C|'), 0x01));
    peer.socket.write(clientFrame(Buffer.from('?'), 0x89));
    peer.socket.write(clientFrame(Buffer.from('3\n'), 0x80));
    await eventually(() => diary.heard.get(diary.connection(0).id)?.endsWith('C|3\n') === true);
    expect(diary.heard.get(diary.connection(0).id)).toBe('A|1\nB|caf\xe9\nC|3\n');
    await peer.until(() => frames(peer).length > 0);
    expect(frames(peer)).toMatchObject([{ first: 0x8a, payload: Buffer.from('?') }]);
  });

  test('pings every 15 s with a payload, and a missing pong closes nothing', async () => {
    const { link, clock, diary } = await listening();
    const peer = await connected(link);
    for (let ping = 1; ping <= 20; ping++) {
      clock.advance(15_000);
      await peer.until(() => frames(peer).length === ping);
    }
    expect(frames(peer).every(({ first, payload }) => first === 0x89 && payload.length > 0)).toBe(true);
    expect(diary.connection(0).isOpen).toBe(true);
  });

  test('keeps a peer that pings and does not read', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => clientFrame(Buffer.alloc(120, 7), 0x89)));
    for (let round = 0; round < 100; round++) {
      peer.socket.write(pings);
      await settle();
    }
    peer.socket.write(clientFrame(Buffer.from('END|1\n')));
    await eventually(() => diary.heard.get(diary.connection(0).id) === 'END|1\n');
    expect(diary.connection(0).isOpen).toBe(true);
    expect(diary.connection(0).unsentBytes).toBeLessThan(10_000);
    peer.socket.resume();
  });
});

describe('WsListenLink > never says why it closes', () => {
  test.each([
    ['an unmasked frame', Buffer.from('8103414243', 'hex')],
    ['reserved bits', clientFrame(Buffer.from('x'), 0xf1)],
    ['an unknown opcode', clientFrame(Buffer.from('x'), 0x83)],
    ['a continuation of nothing', clientFrame(Buffer.from('x'), 0x80)],
    ['a fragmented ping', clientFrame(Buffer.from('x'), 0x09)],
    ['a close frame with a forbidden code', clientFrame(Buffer.from('0001', 'hex'), 0x88)],
    ['a message of 70 000 bytes', clientFrame(Buffer.alloc(70_000))],
  ])('keeps the connection after %s and sends on', async (_what, bytes) => {
    const { link, diary, clock } = await listening();
    const peer = await connected(link);
    const connection = diary.connection(0);
    peer.socket.write(bytes);
    await settle();
    clock.advance(60_000);
    expect(connection.trySend(encodeMessage('STILL', '1'))).toBe(true);
    await peer.until(() => frames(peer).some(({ first }) => first === 0x82));
    expect(connection.isOpen).toBe(true);
    expect(frames(peer).some(({ first }) => first === 0x88)).toBe(false);
    peer.socket.end();
    await eventually(() => diary.closedBy(0) === 'peer');
  });

  test('answers a close frame with FIN alone', async () => {
    const { link, diary } = await listening();
    const peer = await connected(link);
    peer.socket.write(clientFrame(Buffer.from('03e8', 'hex'), 0x88));
    await peer.untilEnded();
    expect(frames(peer)).toEqual([]);
    expect(diary.closedBy(0)).toBe('peer');
  });

  test('survives random bytes from many peers', async () => {
    const { link, diary } = await listening();
    const random = seededRandom(5);
    for (let round = 0; round < 60; round++) {
      const peer = await connected(link);
      const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(random() * 256)));
      // A plausible beginning, so that the noise reaches different states of the parser.
      peer.socket.write(Buffer.concat([clientFrame(noise.subarray(0, round), 0x80 | (round % 16)), noise]));
      await settle();
      peer.socket.destroy();
      await eventually(() => diary.closed.size === round + 1);
      expect(frames(peer).filter(({ first, payload }) => first === 0x88 && payload.length > 0)).toEqual([]);
    }
  });
});

describe('WsListenLink > taken place', () => {
  test('gives the place of a half-open peer to the one that comes after it', async () => {
    const { link, clock, diary } = await listening();
    const old = await connected(link);
    const timers = clock.pendingCount;
    const peer = ask(link, '/chat');
    await eventually(() => clock.pendingCount > timers);
    clock.advance(1_999);
    await settle();
    expect(peer.size).toBe(0);
    clock.advance(1);
    expect(await answerOf(peer)).toBe(SWITCHED);
    expect(diary.closedBy(0)).toBe('takeover');
    expect(diary.connection(1)).toMatchObject({ slot: 0, isOpen: true });
    await old.untilEnded();
    expect(frames(old).some(({ first }) => first === 0x88)).toBe(false);
  });

  test('moves a second peer on with exactly the phrase MMDAgent-EX knows', async () => {
    const { link, clock, diary } = await listening();
    const first = await connected(link);
    answerPings(first);
    const second = ask(link, '/chat');
    expect(await answerOf(second)).toBe(MOVED);
    await second.untilEnded();
    expect(diary.refused).toEqual([]);
    await connected(link, '/chat-1');
    await connected(link, '/chat-1-2');
    expect(diary.connections.map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(diary.closed.size).toBe(0);
    expect(frames(first).every(({ payload }) => payload.length > 0)).toBe(true);
    expect(clock.pendingCount).toBe(3);
  });

  test('takes any byte for a sign of life', async () => {
    const { link, clock } = await listening();
    const first = await connected(link);
    const timers = clock.pendingCount;
    const second = ask(link, '/chat');
    await eventually(() => clock.pendingCount > timers);
    first.socket.write(Buffer.of(0x81));
    expect(await answerOf(second)).toBe(MOVED);
  });

  test('fills the lowest free lane', async () => {
    const { link, diary } = await listening();
    await connected(link);
    const lane = await connected(link, '/chat-1');
    await connected(link, '/chat-1-2');
    lane.socket.destroy();
    await eventually(() => diary.closedBy(1) === 'peer');
    await connected(link, '/chat-7');
    expect(diary.connections.map(({ slot }) => slot)).toEqual([0, 1, 2, 1]);
  });

  test('answers 503 when every place is alive, and gives away one that is not', async () => {
    const { link, clock, diary } = await listening({ maxPeers: 3 });
    const peers = [
      await connected(link),
      await connected(link, '/chat-1'),
      await connected(link, '/chat-1-2'),
    ];
    const timers = clock.pendingCount;
    const late = ask(link, '/chat-1-2-3');
    await eventually(() => clock.pendingCount > timers);
    for (const peer of peers) peer.socket.write(clientFrame(Buffer.from('ALIVE|1\n')));
    expect(await answerOf(late)).toBe(UNAVAILABLE);
    expect(diary.refused).toEqual([{ remoteAddress: '127.0.0.1', reason: 'full' }]);
    const later = ask(link, '/chat-1-2-3');
    await eventually(() => clock.pendingCount > timers);
    peers[1]?.socket.write(clientFrame(Buffer.from('ALIVE|1\n')));
    await settle();
    clock.advance(2_000);
    expect(await answerOf(later)).toBe(SWITCHED);
    expect(diary.connection(3).slot).toBe(2);
    expect(diary.closedBy(2)).toBe('takeover');
  });

  test('refuses a second peer with 503 where only one is wanted, lanes too', async () => {
    const { link, diary } = await listening({ secondPeer: 'refuse' });
    answerPings(await connected(link));
    expect(await answerOf(ask(link, '/chat'))).toBe(UNAVAILABLE);
    expect(await answerOf(ask(link, '/chat-1'))).toBe('HTTP/1.1 404 Not Found');
    expect(diary.refused.map(({ reason }) => reason)).toEqual(['occupied', 'path']);
  });

  test('lets one of several newcomers in and moves the others on', async () => {
    const { link, clock, diary } = await listening();
    await connected(link);
    const timers = clock.pendingCount;
    const newcomers = [ask(link, '/chat'), ask(link, '/chat'), ask(link, '/chat')];
    await eventually(() => clock.pendingCount > timers);
    await settle();
    clock.advance(2_000);
    const answers = await Promise.all(newcomers.map(answerOf));
    expect(answers.sort()).toEqual([SWITCHED, MOVED, MOVED].sort());
    expect(diary.connections.map(({ slot }) => slot)).toEqual([0, 0]);
  });

  test('forgets a newcomer that leaves while it waits', async () => {
    const { link, clock, diary } = await listening();
    await connected(link);
    const timers = clock.pendingCount;
    const newcomer = ask(link, '/chat');
    await eventually(() => clock.pendingCount > timers);
    newcomer.socket.end();
    await eventually(() => clock.pendingCount === timers);
    clock.advance(10_000);
    expect(diary.connections.length).toBe(1);
    expect(diary.connection(0).isOpen).toBe(true);
  });

  test('gives the place at once when the first leaves while another waits', async () => {
    const { link, clock, diary } = await listening();
    const first = await connected(link);
    const timers = clock.pendingCount;
    const newcomer = ask(link, '/chat');
    await eventually(() => clock.pendingCount > timers);
    first.socket.destroy();
    expect(await answerOf(newcomer)).toBe(SWITCHED);
    expect(diary.closedBy(0)).toBe('peer');
    expect(diary.connection(1).slot).toBe(0);
  });

  test('leaves nothing when it closes while a newcomer waits', async () => {
    const { link, clock, diary } = await listening();
    const first = await connected(link);
    const timers = clock.pendingCount;
    const newcomer = ask(link, '/chat');
    await eventually(() => clock.pendingCount > timers);
    await link.close();
    await Promise.all([newcomer.untilEnded(), first.untilEnded()]);
    expect(clock.pendingCount).toBe(0);
    expect(diary.closedBy(0)).toBe('bridge');
    expect(splitAnswer(first.raw)?.rest.subarray(-2).toString('hex')).toBe('8800');
  });
});

describe('WsListenLink > start', () => {
  test('does not listen after it was closed while starting', async () => {
    const link = new WsListenLink({ ...listenOptions(), host: 'localhost', path: '/chat' });
    const starting = link.start();
    await link.close();
    await starting;
    expect(link.state).toEqual({ status: 'closed' });
  });

  test('fails for good when the port is taken', async () => {
    const { link } = await listening();
    const port = link.state.status === 'listening' ? link.state.port : 0;
    const second = new WsListenLink({ ...listenOptions(), port, path: '/chat' });
    await expect(second.start()).rejects.toMatchObject({ code: 'BRIDGE_ERR_LINK_LISTEN' });
    await expect(second.start()).rejects.toMatchObject({ code: 'BRIDGE_ERR_LINK_LISTEN' });
    expect(second.state.status).toBe('failed');
    await second.close();
  });

  test('closes with a peer that does not read, after a bounded time', async () => {
    const { link, clock, diary } = await listening();
    const peer = await connected(link);
    peer.socket.pause();
    const sound = encodeSound(new Uint8Array(1280).fill(1));
    while (diary.connection(0).trySend(sound));
    const closing = link.close();
    await settle();
    expect(diary.closedBy(0)).toBeUndefined();
    clock.advance(1_000);
    await closing;
    expect(diary.closedBy(0)).toBe('bridge');
    expect(clock.pendingCount).toBe(0);
  });
});
