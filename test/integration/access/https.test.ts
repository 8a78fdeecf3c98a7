import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  AccessRefusal,
  admissionHeaders,
  createSelfSigned,
  followTls,
  type Gate,
  gateRequestOf,
  keyEntry,
  newKey,
  openGate,
  readTls,
  type SelfSigned,
  writeKeyFile,
} from '../../../src/access/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';

const clock = new SystemClock();

/** A real HTTPS server behind a real gate, with a certificate made for it. */
describe('A server behind the gate, over https', () => {
  let folder: string;
  let made: SelfSigned;
  let cert: string;
  let server: Server;
  let gate: Gate;
  let key: string;
  let stopFollowing: () => void;
  let port: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bridge-https-'));
    made = await createSelfSigned({ hosts: ['bridge.local'], folder, clock });
    const keyFile = join(folder, 'keys.json');
    key = newKey();
    await writeKeyFile(keyFile, [
      await keyEntry(key, { name: 'a', role: 'operator', createdAt: '2026-11-22T00:00:00Z' }),
    ]);
    gate = await openGate({
      settings: {
        host: '127.0.0.1',
        publicUrl: 'https://bridge.local',
        visitors: true,
        origins: ['https://a.example'],
      },
      keyFile,
      clock,
      logger: SILENT_LOGGER,
    });
    const pair = await readTls(made, clock);
    ({ cert } = pair);
    server = createServer({ cert: pair.cert, key: pair.key });
    stopFollowing = followTls(made, pair, {
      clock,
      logger: SILENT_LOGGER,
      everyMs: 50,
      onChange: (next) => server.setSecureContext({ cert: next.cert, key: next.key }),
    });
    serve(server, () => gate);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(async () => {
    stopFollowing();
    gate.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (headers: Record<string, string> = {}, about: { method?: string; servername?: string } = {}) =>
    answerOf(
      httpsRequest({
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca: cert,
        agent: false,
        headers,
        ...about,
      }),
    );

  it.each(['localhost', 'bridge.local'])(
    'is believed to be %s by who trusts its certificate',
    async (servername) => {
      const answer = await ask(
        { host: `${servername}:${port}`, authorization: `Bearer ${key}` },
        { servername },
      );
      expect(answer).toMatchObject({ status: 200, body: 'key:a' });
    },
  );

  it('is believed to be nobody else, and not by who does not trust it', async () => {
    await expect(ask({}, { servername: 'evil.example' })).rejects.toThrow(/altnames/);
    const distrusting = httpsRequest({ host: '127.0.0.1', port, servername: 'localhost', agent: false });
    await expect(answerOf(distrusting)).rejects.toThrow(/self.signed/i);
  });

  it('answers with a new certificate as soon as its files are others, without a restart', async () => {
    const before = await ask({ authorization: `Bearer ${key}` });
    expect(before.fingerprint).toBe(made.fingerprint);
    const next = await createSelfSigned({ hosts: ['bridge.local'], folder, clock, replaces: true });
    const { cert: nextCert } = await readTls(made, clock);
    cert = nextCert;
    await expect
      .poll(async () => (await ask({ authorization: `Bearer ${key}` }).catch(() => undefined))?.fingerprint, {
        timeout: 5000,
      })
      .toBe(next.fingerprint);
  });

  it('refuses with what a browser or program needs to know', async () => {
    const { status, headers, body } = await ask();
    expect({ status, body }).toEqual({
      status: 401,
      body: expect.stringMatching(/^BRIDGE_ERR_ACCESS Expected a key/),
    });
    expect(headers['www-authenticate']).toBe('Bearer realm="mmdagent-bridge"');
    expect((await ask({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({ host: 'evil.example', authorization: `Bearer ${key}` })).status).toBe(403);
  });

  it('gives a page of another site a cookie that it takes back', async () => {
    const origin = 'https://a.example';
    const first = await ask({ origin });
    const setCookie = first.headers['set-cookie']?.[0] ?? '';
    expect(first.headers['access-control-allow-origin']).toBe(origin);
    expect(setCookie).toMatch(/SameSite=None; Secure; Partitioned$/);
    expect((await ask({ origin, cookie: setCookie.split(';')[0] ?? '' })).body).toBe(first.body);
    expect((await ask({ origin })).body).not.toBe(first.body);
  });

  it('takes a key as WebSocket subprotocol, and echoes it as AIAvatarKit’s clients want', async () => {
    const protocol = `Authorization.${Buffer.from(key).toString('base64').replace(/=+$/, '')}`;
    const socket = new WebSocket(`wss://localhost:${port}/`, [protocol], { ca: cert });
    const caller = await new Promise((resolve, reject) => {
      socket.on('message', (data) => resolve(String(data)));
      socket.on('error', reject);
    });
    expect(caller).toBe('key:a');
    expect(socket.protocol).toBe(protocol);
    socket.terminate();
  });

  it('does not speak http on the port', async () => {
    await expect(answerOf(httpRequest({ host: '127.0.0.1', port, agent: false }))).rejects.toThrow();
  });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly fingerprint: string;
}

function answerOf(asking: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    asking.on('error', reject);
    asking.on('response', (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          fingerprint: fingerprint256,
        }),
      );
    });
    asking.end();
  });
}

/** As little of a server as uses the gate: tells who asks. */
function serve(server: Server, gate: () => Gate): void {
  server.on('request', async (request, response) => {
    try {
      const admission = await gate().admit(gateRequestOf(request), 'visitor');
      response.writeHead(200, admissionHeaders(admission)).end(admission.caller.id);
    } catch (error) {
      if (!(error instanceof AccessRefusal)) throw error;
      response.writeHead(error.status, error.headers).end(`${error.code} ${error.message}`);
    }
  });
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  server.on('upgrade', async (request, socket, head) => {
    const admission = await gate().admit(gateRequestOf(request), 'client');
    sockets.handleUpgrade(request, socket, head, (browser) => browser.send(admission.caller.id));
  });
}
