import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { SystemClock, sleep } from '../../../src/runtime/index.js';
import {
  ScriptedPeer,
  SimulatedPeer,
  type SimulatedPeerOptions,
  SimulatorTcpClient,
  SimulatorTcpServer,
  SimulatorWsClient,
} from '../../../src/simulator/index.js';

const clock = new SystemClock();
const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function newPeer(options: Partial<SimulatedPeerOptions> = {}): SimulatedPeer {
  const core = new SimulatedPeer({ clock, models: [{ alias: '0', loadMs: 20 }], ...options });
  cleanUps.push(() => core.close());
  return core;
}

async function until(isDone: () => boolean, withinMs = 4000): Promise<void> {
  const endMs = clock.nowMs() + withinMs;
  while (!isDone()) {
    if (clock.nowMs() > endMs) throw new Error('did not happen in time');
    await sleep(clock, 5);
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

async function dialled(
  port: number,
): Promise<{ socket: Socket; text: () => string; isClosed: () => boolean }> {
  const socket = connect({ host: '127.0.0.1', port });
  let text = '';
  let isClosed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  cleanUps.push(() => void socket.destroy());
  return { socket, text: () => text, isClosed: () => isClosed };
}

describe('SimulatorTcpServer', () => {
  test('greets, echoes to all clients and dies when one goes', async () => {
    const core = newPeer();
    const server = new SimulatorTcpServer({ core, port: 0 });
    cleanUps.push(() => server.close());
    const port = await server.start();
    const first = await dialled(port);
    const second = await dialled(port);
    await until(() => second.text().includes('REMOTE_EVENT_CONNECTED|127.0.0.1\n'));
    first.socket.write('ROTATE_START|0|0,0,0|LOCAL\n');
    await until(() => second.text().includes('ROTATE_EVENT_STOP|0\n'));
    second.socket.destroy();
    await until(() => first.isClosed());
    expect(core.status).toBe('dead');
  });
  test('a deadlocked one leaves new connections hanging', async () => {
    const core = newPeer();
    const server = new SimulatorTcpServer({ core, port: 0 });
    cleanUps.push(() => server.close());
    const port = await server.start();
    const bridge = await dialled(port);
    await until(() => bridge.text().includes('MODEL_EVENT_ADD|0\n'));
    bridge.socket.write('__AV_SETMODEL,0\n');
    bridge.socket.write(Buffer.concat([Buffer.from('SND8000'), Buffer.alloc(8000)]));
    await sleep(clock, 60);
    bridge.socket.destroy();
    await until(() => core.status === 'deadlocked');
    const late = await dialled(port);
    late.socket.write('X|1\n');
    await sleep(clock, 100);
    expect(late.isClosed()).toBe(false);
    expect(late.text()).toBe('');
  });
});

describe('SimulatorTcpClient', () => {
  test('gives up after RetryCount tries 0.5 s apart', async () => {
    const core = newPeer();
    const server = createServer();
    const port = await listening(server);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const client = new SimulatorTcpClient({ core, clock, host: '127.0.0.1', port, retryCount: 2 });
    const startMs = clock.nowMs();
    expect(await client.run()).toBe('gave-up');
    expect(clock.nowMs() - startMs).toBeGreaterThan(950);
    expect(clock.nowMs() - startMs).toBeLessThan(1500);
  });
  test('on windows it is back at once after a drop', async () => {
    const core = newPeer({ platform: 'windows' });
    const atMs: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      atMs.push(clock.nowMs());
      if (atMs.length === 1) setTimeout(() => socket.destroy(), 50);
      else cleanUps.push(() => void socket.destroy());
    });
    const port = await listening(server);
    const client = new SimulatorTcpClient({ core, clock, host: '127.0.0.1', port });
    cleanUps.push(() => client.close());
    void client.run();
    await until(() => atMs.length === 2);
    expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBeLessThan(200);
  });
});

describe('SimulatorWsClient', () => {
  interface Bridge {
    readonly port: number;
    readonly heads: string[];
    readonly sockets: Socket[];
    readonly received: Buffer[];
  }

  /** A raw WebSocket server made by hand, so that every byte is ours. */
  async function rawBridge(answer?: string): Promise<Bridge> {
    const { createHash } = await import('node:crypto');
    const bridge = { heads: [] as string[], sockets: [] as Socket[], received: [] as Buffer[], port: 0 };
    const server = createServer((socket) => {
      bridge.sockets.push(socket);
      cleanUps.push(() => void socket.destroy());
      socket.on('error', () => {});
      let isUpgraded = false;
      socket.on('data', (bytes) => {
        if (isUpgraded) {
          bridge.received.push(bytes);
          return;
        }
        isUpgraded = true;
        const head = bytes.toString('latin1');
        bridge.heads.push(head);
        const key = /Sec-WebSocket-Key: (.*)\r/.exec(head)?.[1] ?? '';
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        const ok = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
        socket.write(answer ?? ok);
        if (answer !== undefined) socket.end();
      });
    });
    return Object.assign(bridge, { port: await listening(server) });
  }

  function start(core: SimulatedPeer, port: number, retryCount?: number): SimulatorWsClient {
    const options = { core, clock, host: '127.0.0.1', port, path: '/chat' };
    const client = new SimulatorWsClient(retryCount === undefined ? options : { ...options, retryCount });
    cleanUps.push(() => client.close());
    return client;
  }

  test('sends the request exactly as measured', async () => {
    const bridge = await rawBridge();
    void start(newPeer(), bridge.port).run();
    await until(() => bridge.heads.length === 1);
    expect(bridge.heads[0]?.replace(/Key: .*/, 'Key: K')).toBe(
      `GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: K\r\nX-App-Type: MMDAgent\r\nHost: 127.0.0.1:${bridge.port}\r\n\r\n`,
    );
  });
  test('sends masked text frames, answers an empty ping with one zero byte and a full one in kind', async () => {
    const bridge = await rawBridge();
    const core = newPeer();
    void start(core, bridge.port).run();
    await until(() => bridge.received.length > 0);
    expect(bridge.received[0]?.[0]).toBe(0x81);
    expect((bridge.received[0]?.[1] ?? 0) & 0x80).toBe(0x80);
    await sleep(clock, 200);
    bridge.received.length = 0;
    bridge.sockets[0]?.write(Buffer.from([0x89, 0, 0x89, 1, 0x78]));
    await until(() => Buffer.concat(bridge.received).length >= 14);
    const [first, second] = [
      Buffer.concat(bridge.received).subarray(0, 7),
      Buffer.concat(bridge.received).subarray(7),
    ];
    expect([first[0], first[1], (first[6] ?? 0) ^ (first[2] ?? 0)]).toEqual([0x8a, 0x81, 0]);
    expect([second[0], second[1], (second[6] ?? 0) ^ (second[2] ?? 0)]).toEqual([0x8a, 0x81, 0x78]);
  });
  test('reads a close frame payload as text and does not answer it', async () => {
    const bridge = await rawBridge();
    const core = newPeer();
    void start(core, bridge.port).run();
    await until(() => bridge.received.length > 0);
    await sleep(clock, 200);
    bridge.received.length = 0;
    bridge.sockets[0]?.write(Buffer.from([0x88, 2, 0x03, 0xe8]));
    await until(() => core.pendingInputBytes === 2);
    bridge.sockets[0]?.write(Buffer.from([0x88, 0]));
    await sleep(clock, 50);
    expect(core.pendingInputBytes).toBe(2);
    expect(bridge.received.some((bytes) => bytes[0] === 0x88)).toBe(false);
  });
  test('fragments and binary frames are a byte stream; an empty frame kills', async () => {
    const bridge = await rawBridge();
    const core = newPeer();
    const executed: string[] = [];
    core.events.on('message', (type, args) => executed.push([type, ...args].join('|')));
    void start(core, bridge.port).run();
    await until(() => bridge.received.length > 0);
    bridge.sockets[0]?.write(Buffer.from([0x02, 2, 0x41, 0x7c, 0x89, 1, 0x79, 0x80, 2, 0x62, 0x0a]));
    await until(() => executed.includes('A|b'));
    bridge.sockets[0]?.write(Buffer.from([0x82, 0]));
    await until(() => core.status === 'dead');
  });
  test('a frame in two pieces: 3 ms apart is survived, 40 ms ends the connection', async () => {
    const bridge = await rawBridge();
    const core = newPeer();
    void start(core, bridge.port).run();
    await until(() => bridge.received.length > 0);
    bridge.sockets[0]?.write(Buffer.from([0x81, 4, 0x41, 0x7c]));
    await sleep(clock, 3);
    bridge.sockets[0]?.write(Buffer.from([0x62, 0x0a]));
    await sleep(clock, 60);
    expect(core.status).toBe('running');
    bridge.sockets[0]?.write(Buffer.from([0x81, 4, 0x41, 0x7c]));
    await sleep(clock, 100);
    expect(core.status).toBe('dead');
  });
  test('429 with its phrase renames the path, other refusals do not', async () => {
    const busy = await rawBridge('HTTP/1.1 429 Too Many Requests\r\n\r\n');
    expect(await start(newPeer(), busy.port, 2).run()).toBe('gave-up');
    const paths = busy.heads.map((head) => head.split(' ')[1]);
    expect(paths).toEqual(['/chat', '/chat-1', '/chat-1-2']);
    const other = await rawBridge('HTTP/1.1 429 Slow Down\r\n\r\n');
    expect(await start(newPeer(), other.port, 1).run()).toBe('gave-up');
    expect(other.heads.map((head) => head.split(' ')[1])).toEqual(['/chat', '/chat']);
  });
  test('works with the ws library as the bridge', async () => {
    const http = createHttpServer();
    const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
    cleanUps.push(() => new Promise<void>((resolve) => void http.close(() => resolve())));
    let text = '';
    wss.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('message', (data) => {
        text += String(data);
        if (String(data).startsWith('MODEL_EVENT_ADD|0')) socket.send('X|1\n');
      });
    });
    void start(newPeer(), (http.address() as AddressInfo).port).run();
    await until(() => text.includes('X|1\n'));
    expect(text.startsWith('PLUGIN_EVENT_ENABLE|VIManager\nMODEL_ADD|0|')).toBe(true);
    for (const socket of wss.clients) socket.terminate();
  });
});

describe('ScriptedPeer', () => {
  test('plays and expects bytes on successive connections, listening', async () => {
    const peer = new ScriptedPeer({
      clock,
      end: { kind: 'listen', port: 0 },
      connections: [
        [{ expect: 'A|1\n' }, { send: 'B|\xe9\n' }, { close: 'fin' }],
        [{ expect: 'never', withinMs: 50 }, { close: 'reset' }],
      ],
    });
    cleanUps.push(() => peer.close());
    const port = await peer.start();
    const first = await dialled(port);
    first.socket.write('A|1\n');
    await until(() => first.isClosed());
    expect(first.text()).toBe('B|\xe9\n');
    const second = await dialled(port);
    second.socket.write('other');
    const outcomes = await peer.finished();
    expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, 'step 0: did not receive "never"']);
    expect(Buffer.from(outcomes[1]?.received ?? []).toString()).toBe('other');
  });
  test('dials and upgrades like the peer', async () => {
    const http = createHttpServer();
    const wss = new WebSocketServer({ server: http });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
    cleanUps.push(() => new Promise<void>((resolve) => void http.close(() => resolve())));
    wss.on('connection', (socket) => socket.send('X|1\n'));
    const peer = new ScriptedPeer({
      clock,
      end: { kind: 'dial', port: (http.address() as AddressInfo).port },
      connections: [[{ upgrade: '/chat' }, { expect: '\x81\x04X|1\n' }, { close: 'reset' }]],
    });
    await peer.start();
    expect((await peer.finished())[0]?.failure).toBeUndefined();
    await peer.close();
  });
});
