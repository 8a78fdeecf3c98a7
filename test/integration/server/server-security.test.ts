import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoutes } from '../../../src/server/routes.js';
import { ENGINE_KEY, startWholeServer, type WholeServer } from '../../support/server/whole-server.js';
import { type Answer, ask } from './ask.js';

/** What nobody needs to be anybody for. */
const FOR_EVERYBODY = [
  'GET /api/access',
  'GET /api/v1',
  'GET /api/v1/openapi.json',
  'GET /popup',
  'POST /api/login',
  'POST /api/logout',
];

describe('The whole server, where keys are set up', () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  function served(): { method: string; path: string; need: string }[] {
    return server.endpoints.flatMap(({ http }) =>
      http.map(({ method, path, need }) => ({ method, path, need })),
    );
  }

  /** What was there before protocols; what a protocol answers hides it. */
  function old(): { method: string; path: string }[] {
    const taken = new Set(served().map(({ path }) => path));
    return Object.entries(createRoutes({ signal: AbortSignal.abort() } as never)).flatMap(
      ([path, byMethod]) =>
        taken.has(path) ? [] : Object.keys(byMethod).map((method) => ({ method, path })),
    );
  }

  const filled = (path: string): string => path.replace(/:\w+/g, 'x');

  async function asked(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
    const body = method === 'GET' ? undefined : Buffer.from('{"key": "none"}');
    const type = { 'content-type': 'application/json', 'content-length': String(body?.byteLength ?? 0) };
    return ask(server.origin, filled(path), {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  it('needs a caller for everything but files, health, login and documents', async () => {
    const open = served().filter(({ need }) => need === 'nobody');
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(FOR_EVERYBODY);
    for (const { method, path, need } of served()) {
      if (need === 'nobody') continue;
      expect(`${path} ${(await asked(method, path, { origin: '' })).status}`).toMatch(/ 40[13]$/);
    }
  });

  it('needs an operator for all that moves avatars or tells of the machine', async () => {
    for (const { method, path } of [...old(), { method: 'GET', path: '/metrics' }]) {
      if (path === '/healthz') continue;
      expect(`${path} ${(await asked(method, path, {})).status}`).toBe(`${path} 401`);
      const client = { authorization: `Bearer ${server.keys.ann}` };
      expect(`${path} ${(await asked(method, path, client)).status}`).toBe(`${path} 403`);
    }
  });

  it('does nothing for a page of another site, whoever is logged in', async () => {
    const login = await ask(server.origin, '/api/login', {
      method: 'POST',
      body: Buffer.from(JSON.stringify({ key: server.keys.operator })),
    });
    const cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
    const all = [...served(), ...old()].filter(({ method }) => method !== 'GET');
    expect(all.length).toBeGreaterThan(25);
    for (const { method, path } of all)
      for (const origin of ['https://evil.example', 'null', `http://localhost:${server.port + 1}`])
        expect(`${path} ${origin} ${(await asked(method, path, { origin, cookie })).status}`).toBe(
          `${path} ${origin} 403`,
        );
  });

  it('answers to no other name, so that no DNS name can be turned to it', async () => {
    const key = { authorization: `Bearer ${server.keys.operator}` };
    for (const { method, path } of [
      ...served(),
      ...old(),
      { method: 'GET', path: '/' },
      { method: 'GET', path: '/page.js' },
    ]) {
      const { status, headers } = await asked(method, path, { ...key, host: 'evil.example' });
      expect(`${path} ${status}`).toBe(`${path} 403`);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('says what is a document and what is not, and forbids foreign scripts everywhere', async () => {
    const key = { authorization: `Bearer ${server.keys.ann}` };
    const evil = '<script>alert(1)</script>';
    const answers = [
      await ask(server.origin, '/api/message', {
        method: 'POST',
        headers: key,
        body: Buffer.from(JSON.stringify({ id: evil.repeat(20) })),
      }),
      await ask(server.origin, '/chat', {
        method: 'POST',
        headers: key,
        body: Buffer.from(JSON.stringify({ type: evil, session_id: 's' })),
      }),
      await ask(server.origin, `/api/v1/sessions/${encodeURIComponent(evil)}`, { headers: key }),
      await ask(server.origin, `/${encodeURIComponent(evil)}`, {
        headers: { authorization: `Bearer ${server.keys.operator}` },
      }),
    ];
    for (const { headers, text } of answers) {
      expect(headers['content-type']).toMatch(/^(?:application\/json|text\/plain|text\/event-stream)/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      if (String(headers['content-type']).startsWith('text/plain')) expect(text).not.toContain('<script');
    }
  });

  it('finds no file outside of the pages, however it is written', async () => {
    const key = { authorization: `Bearer ${server.keys.operator}` };
    const ups = [
      '/../bridge.json',
      '/%2e%2e/bridge.json',
      '/..%2fbridge.json',
      '/web/../../keys.json',
      '/.%00./keys.json',
      '//etc/passwd',
    ];
    for (const path of [...ups, '/page.js/../../keys.json', '/..\\keys.json', '/keys.json']) {
      const { status, text } = await rawGet(path, key);
      expect(`${path} ${status}`).toMatch(/ 40[04]$/);
      expect(text).not.toContain('scrypt');
    }
  });

  async function rawGet(path: string, headers: Record<string, string>): Promise<Answer> {
    const { request } = await import('node:http');
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (data) => {
          text += String(data);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: {} }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  it('takes a name such as __proto__ for what it is', async () => {
    const key = { authorization: `Bearer ${server.keys.ann}` };
    const bodies: [string, string][] = [
      [
        '/chat',
        '{"type":"invoke","session_id":"p","text":"hello","system_prompt_params":{"__proto__":"x","constructor":"y"},"metadata":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}',
      ],
      ['/chat-messages', '{"query":"hello","user":"__proto__","inputs":{"__proto__":"x","toString":"y"}}'],
      ['/api/message', '{"id":"__proto__","message":"hello","__proto__":{"polluted":1}}'],
      [
        '/v1/chat/completions',
        '{"model":"__proto__","messages":[{"role":"user","content":"hello"}],"__proto__":{"stream":true}}',
      ],
    ];
    for (const [path, body] of bodies) {
      const { status, text } = await ask(server.origin, path, {
        method: 'POST',
        headers: key,
        body: Buffer.from(body),
      });
      expect(`${path} ${status} ${status === 200 ? '' : text}`).toBe(`${path} 200 `);
    }
    for (const path of ['/__proto__', '/constructor', '/api/v1/sessions/__proto__'])
      expect(
        (await ask(server.origin, path, { headers: { authorization: `Bearer ${server.keys.operator}` } }))
          .status,
      ).toBe(404);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('fetches no picture by its address', async () => {
    const key = { authorization: `Bearer ${server.keys.ann}` };
    for (const url of ['https://169.254.169.254/a.png', 'http://127.0.0.1/a.png', 'file:///etc/passwd']) {
      const files = [{ type: 'image', url }];
      const body = Buffer.from(
        JSON.stringify({ type: 'invoke', session_id: 'pictures', text: 'look', files }),
      );
      const { status, text } = await ask(server.origin, '/chat', { method: 'POST', headers: key, body });
      expect(`${status} ${text}`).toMatch(/^4\d\d .*Expected a picture/);
    }
  });

  it('tells no key, no caller and nothing that was said in logs and metrics', async () => {
    const words = 'a very private sentence';
    const key = { authorization: `Bearer ${server.keys.ann}` };
    await ask(server.origin, '/api/message', {
      method: 'POST',
      headers: key,
      body: Buffer.from(JSON.stringify({ id: 'secret-id', message: words })),
    });
    await ask(server.origin, '/api/message', {
      method: 'POST',
      headers: { authorization: 'Bearer mab_wrongkeywrongkey' },
      body: Buffer.from('{}'),
    });
    await ask(server.origin, '/api/message', {
      method: 'POST',
      body: Buffer.from(JSON.stringify({ id: 'secret-id', message: `it fails ${words}` })),
    });
    const visitor = server.protocols.sessions
      .list({ id: 'local', role: 'operator', label: 'local' })
      .find(({ caller }) => caller.startsWith('visitor:'));
    expect(visitor).toBeDefined();
    const metrics = await ask(server.origin, '/metrics', {
      headers: { authorization: `Bearer ${server.keys.operator}` },
    });
    const settings = await ask(server.origin, '/api/v1/operator/settings', {
      headers: { authorization: `Bearer ${server.keys.operator}` },
    });
    const told = [server.log.join('\n'), metrics.text, settings.text];
    // At level debug words are told, for that is what it is for.
    const plain = server.log.filter((line) => !line.includes('"level":"debug"'));
    for (const text of [...plain, metrics.text, settings.text]) expect(text).not.toContain(words);
    for (const text of told)
      for (const secret of [...Object.values(server.keys), ENGINE_KEY, 'mab_wrongkey'])
        expect(text).not.toContain(secret);
    expect(metrics.text).not.toContain('visitor:');
    expect(metrics.text).not.toContain('secret-id');
  });

  it('unpacks a small file of sound for a few minutes at most', async () => {
    const { readFileSync } = await import('node:fs');
    const wav = readFileSync(join(import.meta.dirname, '../../../fixtures/audio/speech-sample.wav'));
    // Two hours of silence as WAV would be long: a rate of 1 Hz makes hours of a few bytes.
    const slow = Buffer.from(wav.subarray(0, 44 + 20_000));
    slow.writeUInt32LE(1, 24);
    const key = { authorization: `Bearer ${server.keys.ann}` };
    for (const path of ['/api/message', '/chat']) {
      const audio = slow.toString('base64');
      const body =
        path === '/chat' ? { type: 'invoke', session_id: 'bomb', audio_data: audio } : { id: 'bomb', audio };
      const { status } = await ask(server.origin, path, {
        method: 'POST',
        headers: key,
        body: Buffer.from(JSON.stringify(body)),
      });
      expect(`${path} ${status}`).toBe(`${path} 400`);
    }
  });
});
