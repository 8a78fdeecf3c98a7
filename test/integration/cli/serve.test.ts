import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../support/free-port.js';
import { type CliRig, cliRig, type Running } from './rig.js';

const LINK = ['--link', 'simulator:'];

describe('serve', () => {
  let rig: CliRig;
  beforeEach(() => {
    rig = cliRig();
    rig.env['XDG_CONFIG_HOME'] = rig.directory;
  });
  afterEach(() => rig.close());

  async function served(...args: string[]): Promise<{ url: string; running: Running }> {
    const port = await freePort();
    const running = rig.start('serve', '--foreground', '--page-port', String(port), ...LINK, ...args);
    await running.says(/Open http/);
    return { url: `http://localhost:${port}`, running };
  }

  function ask(url: string, init: RequestInit & { key?: string } = {}): Promise<Response> {
    const { key, ...rest } = init;
    return fetch(url, {
      ...rest,
      headers: {
        ...(rest.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(rest.headers as Record<string, string> | undefined),
      },
    });
  }

  it('serves pages, protocols and what watches it on one port, and ends in order', async () => {
    const { url, running } = await served();
    for (const path of ['/', '/console', '/voice', '/face', '/widget.js', '/healthz', '/readyz'])
      expect([path, (await ask(`${url}${path}`)).status]).toEqual([path, 200]);
    const openapi = (await (await ask(`${url}/api/v1/openapi.json`)).json()) as { openapi: string };
    expect(openapi.openapi).toMatch(/^3\.1/);
    const chat = await ask(`${url}/chat`, {
      method: 'POST',
      body: JSON.stringify({ type: 'start', session_id: 's', user_id: 'u', text: 'Hello' }),
    });
    const events = (await chat.text()).split('\r\n\r\n').filter((event) => event.startsWith('data: '));
    const types = events.map((event) => (JSON.parse(event.slice(6)) as { type: string }).type);
    expect([types[0], types.at(-1)]).toEqual(['start', 'final']);
    const metrics = await (await ask(`${url}/metrics`)).text();
    expect(metrics).toMatch(/bridge_sessions\{protocol="aiavatar"\} 1/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  }, 40_000);

  it('does not serve a public address without a key', async () => {
    const { code, stderr } = await rig.run(
      ...['serve', '--foreground', '--page-host', '0.0.0.0', '--page-port', String(await freePort())],
      ...LINK,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('mmdagent-bridge keys add');
  }, 30_000);

  it('lets in who has a key, and nobody else, once there are keys', async () => {
    const made = await rig.run('keys', 'add', 'me', '--role', 'operator', '--json');
    const { key } = JSON.parse(made.stdout) as { key: string };
    const other = await rig.run('keys', 'add', 'app', '--role', 'client', '--json');
    const { key: appKey } = JSON.parse(other.stdout) as { key: string };
    const { url } = await served();
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    expect((await ask(`${url}/api/v1/sessions`)).status).toBe(401);
    expect((await ask(`${url}/metrics`)).status).toBe(401);
    expect((await ask(`${url}/metrics`, { key: appKey })).status).toBe(403);
    expect((await ask(`${url}/metrics`, { key })).status).toBe(200);
    expect((await ask(`${url}/api/v1/sessions`, { key: appKey })).status).toBe(200);
    expect((await ask(`${url}/api/v1/sessions`, { key: `${key}x` })).status).toBe(401);
    const refused = new WebSocket(`${url.replace('http', 'ws')}/control`);
    expect(await new Promise((resolve) => refused.on('error', (error) => resolve(error.message)))).toMatch(
      /401/,
    );
    const login = await ask(`${url}/api/login`, {
      method: 'POST',
      body: JSON.stringify({ key }),
      headers: { origin: url },
    });
    expect(login.status).toBe(200);
    expect(login.headers.get('set-cookie')).toMatch(/HttpOnly/);
    expect(await login.text()).not.toContain(key);
  }, 40_000);

  it('takes a changed persona without a restart, and holds on to the old one where the new is wrong', async () => {
    const file = join(rig.directory, 'bridge.json');
    const write = (settings: object): void => writeFileSync(file, JSON.stringify(settings));
    write({ personas: { one: { welcome: 'Hi' } } });
    const { url } = await served('--config', file);
    const personas = async (): Promise<string> => (await ask(`${url}/api/v1/personas`)).text();
    expect(await personas()).toContain('one');
    write({ personas: { two: { welcome: 'Hi' } } });
    await expect.poll(personas, { timeout: 10_000 }).toContain('two');
    write({ personas: { three: { welcme: 'Hi' } } });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await personas()).toContain('two');
    // What was missing comes later: the settings themselves do not change then.
    const systemPromptFile = join(rig.directory, 'four.txt');
    write({ personas: { four: { systemPromptFile } } });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await personas()).toContain('two');
    writeFileSync(systemPromptFile, 'You are number four.');
    await expect.poll(personas, { timeout: 10_000 }).toContain('four');
  }, 60_000);

  it('ends at once where a section is wrong, or its port is taken', async () => {
    const file = join(rig.directory, 'wrong.json');
    writeFileSync(file, JSON.stringify({ comments: { moderationUrl: 5 } }));
    const wrong = await rig.run('serve', '--foreground', '--config', file, ...LINK);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('comments.moderationUrl')]);
    const { url } = await served();
    const taken = await rig.run(
      ...['serve', '--foreground', '--daemon', 'other', '--page-port', new URL(url).port],
      ...LINK,
    );
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('something else listens')]);
  }, 40_000);

  it('speaks https with a certificate of its own making', async () => {
    const made = await rig.run('cert', '--folder', join(rig.directory, 'tls'));
    expect(made.code).toBe(0);
    const [certFile, keyFile] = ['cert.pem', 'key.pem'].map((name) => join(rig.directory, 'tls', name));
    const config = rig.file('bridge.json', JSON.stringify({ serve: { tls: { certFile, keyFile } } }));
    const { url, running } = await served('--config', join(rig.directory, config));
    await running.says(/Open https:/);
    const status = await new Promise((resolve, reject) => {
      const asked = httpsRequest(
        `${url.replace('http', 'https')}/healthz`,
        { ca: readFileSync(certFile ?? '') },
        (response) => resolve(response.statusCode),
      );
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(200);
  }, 40_000);

  it('writes a settings file, and not over one that is there', async () => {
    const written = await rig.run('config', 'init', 'mine.yaml');
    expect(written.code).toBe(0);
    expect((await rig.run('config', 'show', '--config', join(rig.directory, 'mine.yaml'))).code).toBe(0);
    const again = await rig.run('config', 'init', 'mine.yaml');
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain('--force');
    expect((await rig.run('config', 'init', 'mine.yaml', '--force')).code).toBe(0);
    expect((await rig.run('config', 'init', '-')).stdout).toContain('#pagePort: 8765');
  }, 30_000);
});
