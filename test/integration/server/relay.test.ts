import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BridgeClient } from '../../../src/client/index.js';
import { MAX_CONTROL_FRAME_BYTES, WsChannel } from '../../../src/control/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { type PageRig, startPageRig } from './page-rig.js';

let rig: PageRig;
beforeEach(async () => {
  rig = await startPageRig();
});
afterEach(() => rig.close());

function open(headers: Record<string, string> = {}, path = '/control'): Promise<WebSocket> {
  const socket = new WebSocket(`${rig.origin.replace('http', 'ws')}${path}`, {
    headers: { origin: rig.origin, ...headers },
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => reject(new Error(`${response.statusCode}`)));
    socket.on('error', reject);
  });
}

function ask(socket: WebSocket, request: object): Promise<unknown> {
  const answer = new Promise((resolve) =>
    socket.once('message', (data) => resolve(JSON.parse(String(data)))),
  );
  socket.send(JSON.stringify(request));
  return answer;
}

const HELLO = { id: 1, do: 'hello', version: 1, client: 'test' };

describe('the control protocol over /control', () => {
  it('carries a client: requests, sound, credits, taps', async () => {
    const clock = new SystemClock();
    const socket = await open();
    const client = await BridgeClient.connect({
      open: async () => new WsChannel(socket),
      client: 'test',
      clock,
    });
    await client.request('tap', { lane: 'simulator' });
    let samples = 0;
    let mouths = 0;
    client.events.on('tapSound', ({ pcm }) => {
      samples += pcm.byteLength / 2;
    });
    client.events.on('tapMouth', () => mouths++);
    const handle = await client.open({ kind: 'recorded' });
    const pcm = Int16Array.from({ length: 64_000 }, (_, n) => 9000 * Math.sin(n / 9));
    await handle.write(new Uint8Array(pcm.buffer));
    await handle.end();
    expect(await handle.ended).toMatchObject({ reason: 'completed', heardMs: 4000 });
    expect(samples).toBeGreaterThanOrEqual(60_000);
    expect(mouths).toBeGreaterThan(20);
    client.close();
  });

  it.each(['stop', 'closeLink'])('does not pass %s on', async (name) => {
    const socket = await open();
    await ask(socket, HELLO);
    const answer = await ask(socket, { id: 7, do: name, link: 'simulator', force: true });
    expect(answer).toMatchObject({ id: 7, error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL', retryable: false } });
    expect(await ask(socket, { id: 8, do: 'status' })).toMatchObject({
      id: 8,
      result: { links: [{ name: 'simulator' }] },
    });
    socket.close();
  });

  it('passes garbage to the daemon, which answers it', async () => {
    const socket = await open();
    await ask(socket, HELLO);
    socket.send(new Uint8Array(3));
    const answer = await ask(socket, []);
    expect(answer).toMatchObject({ id: 0, error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL' } });
    socket.close();
  });

  it('ends a browser whose frame is too large, and only it', async () => {
    const socket = await open();
    await ask(socket, HELLO);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.send(new Uint8Array(MAX_CONTROL_FRAME_BYTES + 1));
    expect(await closed).toBe(1009);
    const other = await open();
    expect(await ask(other, HELLO)).toMatchObject({ id: 1, result: { version: 1 } });
    other.close();
  });

  it('closes the browser when the daemon goes, and the daemon when the browser goes', async () => {
    const socket = await open();
    await ask(socket, HELLO);
    const clients = rig.daemon.status().clients;
    const closed = new Promise((resolve) => socket.on('close', resolve));
    rig.channels.at(-1)?.close();
    expect(await closed).toBe(1012);
    const again = await open();
    await ask(again, HELLO);
    expect(rig.daemon.status().clients).toBe(clients);
    again.terminate();
    await expect.poll(() => rig.daemon.status().clients).toBe(clients - 1);
  });

  it.each([
    ['another Origin', { origin: 'http://evil.example' }, '403'],
    ['another Host', { host: 'evil.example' }, '403'],
    ['no Origin', { origin: '' }, '403'],
  ])('refuses %s', async (_what, headers, status) => {
    await expect(open(headers)).rejects.toThrow(status);
    expect(rig.channels).toHaveLength(1);
  });

  it('refuses another path', async () => {
    await expect(open({}, '/elsewhere')).rejects.toThrow('404');
  });

  it('answers 503 while the daemon is away', async () => {
    await rig.close();
    rig = await startPageRig({ openChannel: () => Promise.reject(new Error('away')) });
    await expect(open()).rejects.toThrow('503');
  });

  it('lets browsers go when the server closes', async () => {
    const socket = await open();
    await ask(socket, HELLO);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    await rig.server.close();
    await closed;
  });
});
