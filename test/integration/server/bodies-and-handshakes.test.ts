import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWholeServer, type WholeServer } from '../../support/server/whole-server.js';

const RATE = { perS: 1000, burst: 100_000 };
const LIMITS = { requests: RATE, turns: RATE, connections: 100 };

describe('The whole server', () => {
  let server: WholeServer;
  beforeAll(async () => {
    // A visitor may send 40 kB at once, and a kilobyte a second behind it.
    const bytes = { perS: 1000, burst: 40_000 };
    server = await startWholeServer({
      serve: { limits: { visitor: { ...LIMITS, bytes }, address: { ...LIMITS, bytes: RATE } } },
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** The status line of a body that is sent in chunks of 10 kB, as told by a raw socket. */
  async function chunked(path: string, chunks: number, headers: readonly string[]): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (data) => {
        text += data.toString('latin1');
        if (text.includes('\r\n\r\n')) resolve(text);
      });
      socket.on('close', () => resolve(text));
    });
    socket.write(
      `${['POST', path, 'HTTP/1.1'].join(' ')}\r\n${[`Host: 127.0.0.1:${server.port}`, 'Content-Type: application/json', 'Transfer-Encoding: chunked', ...headers].join('\r\n')}\r\n\r\n`,
    );
    const letters = 'x'.repeat(10_000);
    for (let sent = 0; sent < chunks; sent++) socket.write(`2710\r\n${letters}\r\n`);
    socket.write('0\r\n\r\n');
    const text = await answer;
    socket.destroy();
    return text.slice(0, text.indexOf('\r\n'));
  }

  it('charges bodies whose length is not told to who sends them', async () => {
    const own = [`Origin: ${server.origin}`];
    const { headers } = await fetch(`${server.origin}/api/popup`, { headers: { origin: server.origin } });
    const cookie = `Cookie: ${headers.get('set-cookie')?.split(';')[0]}`;
    // It is no JSON: that is what is said while there is room, and that there is none any more later.
    expect(await chunked('/api/message', 2, [...own, cookie])).toContain('400');
    expect(await chunked('/api/message', 3, [...own, cookie])).toContain('429');
    expect(await chunked('/chat', 3, [...own, cookie])).toContain('429');
  });

  it('charges what comes, not what is told: else one liar would have a whole office pay', async () => {
    const own = { origin: server.origin };
    const { headers } = await fetch(`${server.origin}/api/popup`, { headers: own });
    const cookie = `${headers.get('set-cookie')?.split(';')[0]}`;
    const socket = connect(server.port, '127.0.0.1');
    const answered = once(socket, 'data');
    socket.write(
      `POST /api/message HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nOrigin: ${server.origin}\r\nCookie: ${cookie}\r\nContent-Length: 999999999999\r\n\r\n`,
    );
    expect(String(await answered)).toContain('413');
    socket.destroy();
    const body = JSON.stringify({ id: 'me', message: 'hello' });
    const after = await fetch(`${server.origin}/api/message`, {
      method: 'POST',
      headers: { ...own, cookie },
      body,
    });
    expect(after.status).toBe(200);
  });

  it('tells who sends too much in pieces that it is too much, though they are still sending', async () => {
    const key = [`Authorization: Bearer ${server.keys.ann}`];
    expect(await chunked('/api/v1/sessions', 1000, key)).toContain('413');
    expect(await chunked('/tts', 400, key)).toContain('413');
  });

  it('echoes the subprotocol that carried a key or a token, also where nobody is let in', async () => {
    const token = 'made-up-token';
    const echoOf = (protocols: string[], options = {}): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/ws`, protocols, options);
        socket.on('open', () => resolve(socket.protocol));
        socket.on('error', reject);
        socket.on('close', () => {});
        socket.on('open', () => socket.close());
      });
    const key = `Authorization.${Buffer.from(server.keys.ann).toString('base64url')}`;
    expect(await echoOf([key])).toBe(key);
    expect(await echoOf(['other', key])).toBe(key);
    const own = { headers: { origin: server.origin } };
    expect(await echoOf([`Visitor.${token}`], own)).toBe(`Visitor.${token}`);
    // Told on an open socket why it is refused.
    expect(await echoOf([`Authorization.${Buffer.from('wrong').toString('base64url')}`])).toContain(
      'Authorization.',
    );
  });
});
