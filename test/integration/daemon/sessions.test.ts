import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BridgeClient, openRemote } from '../../../src/client/index.js';
import { encodeControlFrame } from '../../../src/control/index.js';
import { clock, type DaemonRig, sound, startDaemon, tapOf, until, wait } from './rig.js';

const KEY = 'a key of the daemon';

describe('Clients of a daemon', () => {
  let rig: DaemonRig;
  beforeAll(async () => {
    rig = await startDaemon({ controlListen: '127.0.0.1:0', key: KEY, resumeMs: 60_000 });
  });
  afterAll(() => rig.stop());

  const remoteUrl = (): string => rig.running.addresses[1] ?? '';
  const byKey = (key?: string): Promise<BridgeClient> =>
    BridgeClient.connect({
      open: () => openRemote(remoteUrl()),
      client: 'remote',
      clock,
      reconnectMs: 0,
      ...(key === undefined ? {} : { key }),
    });

  it('come from other machines with the key', async () => {
    const client = await byKey(KEY);
    expect((await client.request('status', {})).version).toBe('test');
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 5000 });
    await handle.write(sound(200));
    await handle.end();
    expect(await handle.ended).toMatchObject({ reason: 'completed', heardMs: 200 });
    client.close();
  });

  it.each([
    ['a wrong key', 'another key'],
    ['a part of it', KEY.slice(0, -1)],
    ['an empty one', ''],
    ['none', undefined],
  ])('are turned away with %s', async (_what, key) => {
    await expect(byKey(key)).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONTROL_AUTH' });
  });

  it('need no key on the local socket', async () => {
    const { client } = await rig.client();
    expect(client.welcome.version).toBe(1);
    client.close();
  });

  it('are no browsers', async () => {
    const socket = new WebSocket(remoteUrl(), { origin: 'http://example.com' });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('error', () => resolve('error'));
      socket.on('open', () => resolve('open'));
    });
    expect(status).toBe(403);
    const answer = await fetch(remoteUrl().replace('ws', 'http'));
    expect(answer.status).toBe(426);
  });

  it('of another version are told so, whatever else they say', async () => {
    const answer = await ask({ id: 7, do: 'hello', version: 2, client: 'later', novelty: [1] });
    expect(answer).toMatchObject({ id: 7, error: { code: 'BRIDGE_ERR_CONTROL_VERSION', retryable: false } });
  });

  it('say hello first', async () => {
    expect(await ask({ id: 3, do: 'status' })).toMatchObject({
      id: 3,
      error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL' },
    });
  });

  it('are at most 500, and those that are gone make room', async () => {
    const gone = await Promise.all(Array.from({ length: 480 }, () => rig.client({ reconnectMs: 0 })));
    for (const { client } of gone) client.close();
    await until(async () => rig.running.daemon.status().clients === 0);
    const here = await Promise.all(Array.from({ length: 500 }, () => rig.client({ reconnectMs: 0 })));
    await expect(rig.client({ reconnectMs: 0 })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_QUEUE_FULL',
      retryable: true,
    });
    for (const { client } of here) client.close();
    await until(async () => rig.running.daemon.status().clients === 0);
    const { client } = await rig.client();
    expect((await client.request('status', {})).clients).toBe(1);
    client.close();
  });

  it('that read too slowly lose what is worthless when late, then their carrier; others notice nothing', async () => {
    const slow = connect(rig.socketPath);
    slow.on('error', () => {});
    const say = (value: object): void => {
      slow.write(encodeControlFrame({ kind: 'json', text: JSON.stringify(value) }));
    };
    say({ id: 1, do: 'hello', version: 1, client: 'slow' });
    say({ id: 2, do: 'subscribe', topics: ['messages', 'streams', 'lanes'] });
    say({ id: 3, do: 'tap', lane: 'simulator' });
    slow.pause();
    // Answers are never left out: they fill what may wait.
    for (let id = 4; id < 150; id++) say({ id, do: 'metrics' });
    const { client } = await rig.client();
    const heard = await tapOf(client);
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 5000 });
    await handle.write(sound(600));
    await handle.end();
    await client.request('send', { message: 'SLOW_TEST|1' });
    expect((await handle.ended).reason).toBe('completed');
    expect(heard.samples.length).toBe(9600);
    let isLagged = false;
    slow.on('data', (data) => {
      isLagged ||= data.includes('"event":"lagged"');
    });
    slow.resume();
    await until(async () => {
      await client.request('send', { message: 'SLOW_TEST|again' });
      return isLagged;
    });
    slow.destroy();
    client.close();
  });

  it('that throw in a handler harm no other', async () => {
    const { client } = await rig.client();
    client.events.on('sent', () => {
      throw new Error('A mistake in the client');
    });
    await client.request('subscribe', { topics: ['messages'] });
    await client.request('send', { message: 'THROW_TEST|1' });
    const { daemon } = rig.running;
    daemon.uncaught(new Error('Something in the daemon'));
    const off = daemon.registry.lanes[0]?.events.on('sent', () => {
      throw new Error('A listener in the daemon');
    });
    const handle = await client.open({ kind: 'recorded', readyTimeoutMs: 5000 });
    await handle.write(sound(200));
    await handle.end();
    expect((await handle.ended).reason).toBe('completed');
    expect(await client.request('send', { message: 'THROW_TEST|2' })).toMatchObject({ lane: 'simulator' });
    expect((await client.request('metrics', {})).text).toMatch(/^bridge_uncaught_errors_total 1$/m);
    off?.();
    client.close();
  });

  it('that say nothing for long are let go', async () => {
    const sockets = Array.from({ length: 5 }, () => connect(rig.socketPath));
    const closed = sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    for (const socket of sockets) socket.resume();
    await Promise.all(closed);
    await wait(10);
  }, 15_000);

  /** The first answer to the first request on a connection. */
  function ask(request: object): Promise<unknown> {
    return new Promise((resolve) => {
      const socket = connect(rig.socketPath);
      socket.write(encodeControlFrame({ kind: 'json', text: JSON.stringify(request) }));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(JSON.parse(data.subarray(5).toString('utf8')));
      });
    });
  }
});
