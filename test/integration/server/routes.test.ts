import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { startPageServer } from '../../../src/server/index.js';
import { ask } from './ask.js';
import { type PageRig, SAMPLE, startPageRig } from './page-rig.js';

let rig: PageRig;
beforeAll(async () => {
  rig = await startPageRig();
});
afterAll(() => rig.close());

/** Bytes to the server as they stand; what it says until it closes. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(rig.origin).port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('the page', () => {
  it('is served at / with its security headers', async () => {
    const { status, headers, text } = await ask(rig.origin, '/');
    expect(status).toBe(200);
    expect(text).toContain('<title>page</title>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers a known ETag by 304', async () => {
    const first = await ask(rig.origin, '/page.js');
    const again = await ask(rig.origin, '/page.js', {
      headers: { 'if-none-match': `${first.headers.etag}` },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it.each([
    '/nothing',
    '/../package.json',
    '/%2e%2e/package.json',
    '/page.js/',
    '/__proto__',
    '/api/constructor',
  ])('answers 404 at %s', async (path) => {
    expect(await ask(rig.origin, path)).toMatchObject({
      status: 404,
      json: { error: { code: 'BRIDGE_ERR_USAGE' } },
    });
  });

  it.each([
    ['DELETE', '/', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['GET', '/api/play', 'POST'],
    ['PUT', '/api/play', 'POST'],
    ['OPTIONS', '/api/play', 'POST'],
  ])('answers 405 to %s %s', async (method, path, allow) => {
    const answer = await ask(rig.origin, path, { method, headers: { origin: rig.origin } });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
  });

  it('answers HEAD without a body', async () => {
    expect(
      await ask(rig.origin, '/healthz', { method: 'HEAD', headers: { origin: rig.origin } }),
    ).toMatchObject({
      status: 200,
      text: '',
    });
  });
});

describe('who may ask', () => {
  it.each(['localhost', 'localhost:1', '127.0.0.1', '[::1]:8765'])('takes the Host %s', async (host) => {
    expect((await ask(rig.origin, '/healthz', { headers: { host } })).status).toBe(200);
  });

  it.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:80', 403],
    ['192.168.1.7', 403],
    ['user@localhost', 400],
    ['localhost/x', 400],
  ])('refuses the Host "%s"', async (host, status) => {
    expect((await ask(rig.origin, '/', { headers: { host } })).status).toBe(status);
  });

  it.each(['http://evil.example', 'null', 'http://localhost:1', ''])(
    'refuses a POST with the Origin "%s"',
    async (origin) => {
      const answer = await ask(rig.origin, '/api/interrupt', { method: 'POST', headers: { origin } });
      expect(answer.status).toBe(403);
      expect(answer.json.error?.message).toContain('Origin');
    },
  );

  it('refuses bytes that are no HTTP, and headers without end', async () => {
    expect(await raw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw('what is this\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      / 431 /,
    );
    expect(
      await raw('GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 400 /);
    expect((await ask(rig.origin, '/healthz')).status).toBe(200);
  });
});

describe('health and metrics', () => {
  it('tells its version, and that it is ready', async () => {
    expect((await ask(rig.origin, '/healthz')).json).toEqual({ status: 'ok', version: '1.2.3' });
    expect((await ask(rig.origin, '/readyz')).json).toEqual({ status: 'ready', version: '1.2.3' });
  });

  it("passes the daemon's metrics on", async () => {
    const { status, headers, text } = await ask(rig.origin, '/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(text).toContain('bridge_lane_connected{lane="simulator"}');
  });

  it('is alive and not ready when the daemon is gone', async () => {
    const lost = await startPageRig();
    lost.client.close();
    expect((await ask(lost.origin, '/healthz')).status).toBe(200);
    for (const path of ['/readyz', '/metrics']) {
      const answer = await ask(lost.origin, path);
      expect(answer).toMatchObject({
        status: 503,
        json: { error: { code: 'BRIDGE_ERR_DAEMON_UNREACHABLE' } },
      });
    }
    await lost.close();
  });
});

describe('/api/mdf', () => {
  it('gives the lines of the default link', async () => {
    const { status, headers, text } = await ask(rig.origin, '/api/mdf');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toContain('Plugin_Remote_Websocket_Port=9001\n');
  });

  it('gives those of another, reached under another name', async () => {
    const link = encodeURIComponent('ws-listen://0.0.0.0:9100/me');
    const { text } = await ask(rig.origin, `/api/mdf?link=${link}&host=my-host`);
    expect(text).toContain('Plugin_Remote_Websocket_Host=my-host\n');
    expect(text).toContain('Plugin_Remote_Websocket_Directory=/me\n');
  });

  it.each(['nonsense', 'simulator:', 'ws-listen://127.0.0.1:9001/***', 'ws-listen://0.0.0.0:9001/chat'])(
    'refuses %s',
    async (link) => {
      const answer = await ask(rig.origin, `/api/mdf?link=${encodeURIComponent(link)}`);
      expect(answer.status).toBe(400);
      expect(answer.json.error?.code).toMatch(/^BRIDGE_ERR_CONFIG_/);
    },
  );
});

describe('startPageServer', () => {
  const options = (): Parameters<typeof startPageServer>[0] => ({
    host: '127.0.0.1',
    port: Number(new URL(rig.origin).port),
    logger: SILENT_LOGGER,
    clock: new SystemClock(),
    openChannel: () => Promise.reject(new Error('none')),
    client: rig.client,
    staticDir: `${import.meta.dirname}/nowhere`,
    samplePath: SAMPLE,
    version: '',
  });

  it('says that the page was not built', async () => {
    await expect(startPageServer(options())).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_UNREADABLE' });
  });

  it('says that the port is taken', async () => {
    await expect(startPageServer({ ...options(), staticDir: import.meta.dirname })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_LINK_LISTEN',
    });
  });

  it('takes any address in numbers where it listens on every interface, and no other name', async () => {
    const open = await startPageServer({
      ...options(),
      host: '0.0.0.0',
      port: 0,
      staticDir: import.meta.dirname,
    });
    expect(open.url).toMatch(/^http:\/\/localhost:\d+\/$/);
    const origin = open.url.slice(0, -1).replace('localhost', '127.0.0.1');
    expect((await ask(origin, '/healthz', { headers: { host: '192.168.1.7:80' } })).status).toBe(200);
    expect((await ask(origin, '/healthz', { headers: { host: 'evil.example' } })).status).toBe(403);
    await open.close();
    await open.close();
  });
});
