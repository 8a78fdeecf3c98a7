import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { passRest } from '../../../src/server/rest-of-body.js';

const opened: (Server | Agent)[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) {
    if (one instanceof Agent) one.destroy();
    else {
      one.closeAllConnections();
      one.close();
    }
  }
});

/** A server that answers a POST when it has read a piece of it, and who asks it over one connection. */
async function start(clock: FakeClock): Promise<(method: string, body?: Uint8Array) => Promise<string>> {
  const server = createServer(async (asked, answer) => {
    passRest(asked, answer, clock);
    const pieces = asked.iterator({ destroyOnReturn: false });
    if (asked.method === 'POST') await pieces.next();
    await pieces.return?.();
    answer.end(asked.method);
  });
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  opened.push(agent);
  const { port } = server.address() as AddressInfo;
  return (method, body) =>
    new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', method, agent }, (answer: IncomingMessage) => {
        let text = '';
        answer.on('data', (data) => {
          text += String(data);
        });
        answer.on('end', () => resolve(text));
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

describe('A body that is answered before all of it was read', () => {
  it('does not stand in the way of the next request on its connection', async () => {
    const clock = new FakeClock();
    const ask = await start(clock);
    for (let times = 0; times < 3; times++) {
      expect(await ask('POST', new Uint8Array(3_000_000))).toBe('POST');
      expect(await ask('GET')).toBe('GET');
    }
    expect(clock.pendingCount).toBe(0);
  });

  it('ends its connection when it has no end', async () => {
    const clock = new FakeClock();
    const server = createServer(async (asked, answer) => {
      passRest(asked, answer, clock);
      const pieces = asked.iterator({ destroyOnReturn: false });
      await pieces.next();
      await pieces.return?.();
      answer.end('enough');
    });
    opened.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sent = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', method: 'POST' });
    sent.on('error', () => {});
    sent.write('a piece');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    await expect.poll(() => clock.pendingCount).toBe(1);
    clock.advance(5000);
    await once(sent, 'close');
    expect(clock.pendingCount).toBe(0);
  });
});
