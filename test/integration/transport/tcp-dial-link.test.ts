import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/runtime/index.js';
import { type LinkState, TcpDialLink, type TcpDialLinkOptions } from '../../../src/transport/index.js';
import { Diary, eventually, settle } from './support/bench.js';

const open: { close(): unknown }[] = [];
const accepted: Socket[] = [];
afterEach(async () => {
  for (const socket of accepted.splice(0)) socket.destroy();
  for (const thing of open.splice(0)) await thing.close();
});

async function avatar(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port nobody listens on. */
async function deadPort(): Promise<number> {
  const { server, port } = await avatar();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function dialling(extra: Partial<TcpDialLinkOptions> & { readonly port: number }) {
  const clock = new FakeClock();
  const link = new TcpDialLink({ url: 'tcp:', host: '127.0.0.1', clock, random: seededRandom(3), ...extra });
  const states: LinkState[] = [];
  const outages: string[] = [];
  link.events.on('stateChange', (state) => states.push(state));
  link.events.on('outage', (error) => outages.push(error.code));
  open.unshift(link);
  return { link, clock, states, outages, diary: new Diary(link) };
}

/** Lets failing attempts follow each other without waiting. */
async function fail(clock: FakeClock, link: TcpDialLink, times: number): Promise<number[]> {
  const delays: number[] = [];
  while (delays.length < times) {
    await eventually(() => link.state.status === 'backoff');
    if (link.state.status === 'backoff') delays.push(link.state.delayMs);
    clock.advance(15_000);
  }
  return delays;
}

describe('TcpDialLink', () => {
  test('waits longer and longer, with jitter, for ever, and tells of the outage once', async () => {
    const { link, clock, outages } = dialling({ port: await deadPort() });
    await link.start();
    const delays = await fail(clock, link, 12);
    for (const [index, delayMs] of delays.entries()) {
      const nominalMs = Math.min(15_000, 500 * 2 ** index);
      expect(delayMs).toBeGreaterThanOrEqual(nominalMs * 0.75);
      expect(delayMs).toBeLessThanOrEqual(nominalMs);
    }
    expect(outages).toEqual(['BRIDGE_ERR_LINK_DIAL']);
  });

  test('connects once MMDAgent-EX is there, and tells of the next outage again', async () => {
    const port = await deadPort();
    const { link, clock, outages, diary } = dialling({ port });
    await link.start();
    await fail(clock, link, 3);
    await avatar(port);
    await eventually(() => link.state.status === 'backoff');
    clock.advance(15_000);
    await eventually(() => accepted.length === 1 && diary.connections.length === 1);
    expect(link.state).toEqual({ status: 'connected' });
    accepted[0]?.destroy();
    await eventually(() => diary.closedBy(0) === 'peer');
    expect(outages).toEqual(['BRIDGE_ERR_LINK_DIAL', 'BRIDGE_ERR_LINK_LOST']);
  });

  test.each([
    ['starts again with short waits after a connection of 5 s', 5_000, 500],
    ['goes on with long waits after a shorter one', 4_999, 1_000],
  ])('%s', async (_what, lastedMs, nominalMs) => {
    const { port } = await avatar();
    const { link, clock, diary } = dialling({ port });
    await link.start();
    for (const [index, ms] of [0, lastedMs].entries()) {
      await eventually(() => diary.connections.length === index + 1 && accepted.length === index + 1);
      clock.advance(ms);
      accepted[index]?.destroy();
      await eventually(() => link.state.status === 'backoff');
      if (index === 0) clock.advance(15_000);
    }
    const delayMs = link.state.status === 'backoff' ? link.state.delayMs : 0;
    expect(delayMs).toBeLessThanOrEqual(nominalMs);
    expect(delayMs).toBeGreaterThanOrEqual(nominalMs * 0.75);
  });

  test('uses IPv4 only, one address of a name at a time, in turns', async () => {
    const port = await deadPort();
    const asked: string[] = [];
    const { link, clock } = dialling({
      port,
      host: 'avatar.example',
      resolve: async () => ['127.0.0.1', '127.0.0.2'],
      openSocket: (address) => {
        asked.push(address);
        return new Socket().connect({ host: address, port });
      },
    });
    await link.start();
    await fail(clock, link, 3);
    expect(asked.slice(0, 3)).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.1']);
  });

  test('reaches localhost where only IPv4 listens', async () => {
    const { port } = await avatar();
    const { link, diary } = dialling({ port, host: 'localhost' });
    await link.start();
    await eventually(() => diary.connections.length === 1);
    expect(diary.connection(0).remoteAddress).toBe('127.0.0.1');
  });

  test('waits as after a failed attempt when the name is unknown', async () => {
    const resolves = [() => Promise.reject(new Error('ENOTFOUND')), async () => []];
    for (const resolve of resolves) {
      const { link, outages } = dialling({ port: 1, host: 'nowhere.example', resolve });
      await link.start();
      await eventually(() => link.state.status === 'backoff');
      expect(outages).toEqual(['BRIDGE_ERR_LINK_DIAL']);
    }
  });

  test('never has two attempts under way, however long one takes', async () => {
    const sockets: Socket[] = [];
    const openSocket = (): Socket => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    };
    const { port } = await avatar();
    const { link, clock, diary } = dialling({ port, openSocket });
    await link.start();
    await link.start();
    await eventually(() => sockets.length === 1);
    await clock.advanceAsync(3_600_000);
    expect(sockets.length).toBe(1);
    expect(link.state).toEqual({ status: 'dialling', attempt: 1 });
    expect(clock.pendingCount).toBe(0);
    sockets[0]?.connect(port, '127.0.0.1');
    await eventually(() => diary.connections.length === 1);
  });

  test('awaits a dial under way when closed, and ends what was accepted with FIN', async () => {
    const sockets: Socket[] = [];
    const openSocket = (): Socket => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    };
    const { port } = await avatar();
    const { link, clock, diary } = dialling({ port, openSocket });
    await link.start();
    await eventually(() => sockets.length === 1);
    const closing = link.close();
    clock.advance(1_000);
    sockets[0]?.connect(port, '127.0.0.1');
    await closing;
    await eventually(() => accepted.length === 1);
    const end = await new Promise((resolve) => {
      accepted[0]
        ?.once('end', () => resolve('FIN'))
        .once('error', resolve)
        .resume();
    });
    expect(end).toBe('FIN');
    expect(diary.connections).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  test('gives up a dial that has no answer 2 s after it was closed', async () => {
    const sockets: Socket[] = [];
    const openSocket = (): Socket => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    };
    const { link, clock } = dialling({ port: 1, openSocket });
    await link.start();
    await eventually(() => sockets.length === 1);
    const closing = link.close();
    clock.advance(1_999);
    expect(sockets[0]?.destroyed).toBe(false);
    clock.advance(1);
    await closing;
    expect(sockets[0]?.destroyed).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  test('does not dial when closed while a name is looked up or while it waits', async () => {
    let answer: (addresses: string[]) => void = () => {};
    const resolve = (): Promise<string[]> =>
      new Promise((found) => {
        answer = found;
      });
    const slow = dialling({ port: 1, host: 'slow.example', resolve });
    await slow.link.start();
    await slow.link.close();
    answer(['127.0.0.1']);
    await settle();
    expect(slow.link.state).toEqual({ status: 'closed' });
    expect(slow.outages).toEqual([]);

    const waiting = dialling({ port: await deadPort() });
    await waiting.link.start();
    await eventually(() => waiting.link.state.status === 'backoff');
    await waiting.link.close();
    expect(waiting.clock.pendingCount).toBe(0);
    await waiting.link.start();
    expect(waiting.link.state).toEqual({ status: 'closed' });
  });

  test('passes through the states in order', async () => {
    const { port } = await avatar();
    const { link, states, diary } = dialling({ port });
    await link.start();
    await eventually(() => diary.connections.length === 1);
    await link.close();
    expect(states.map(({ status }) => status)).toEqual(['dialling', 'connected', 'closed']);
  });
});
