import { describe, expect, it } from 'vitest';
import { type AccessRefusal, DEFAULT_LIMITS } from '../../../src/access/index.js';
import { ConfigError } from '../../../src/runtime/index.js';
import { bearer, KEYS, openGateRig, request } from './gate-rig.js';

const key = bearer(KEYS.client);

describe('Host header', () => {
  const everywhere = { host: '0.0.0.0' };
  const named = { host: '192.168.1.5', publicUrl: 'https://bridge.example:8443/app' };
  it.each<[object, string, boolean]>([
    [{}, 'localhost', true],
    [{}, 'LOCALHOST:9', true],
    [{}, '127.0.0.1:8080', true],
    [{}, '[::1]:8080', true],
    [{}, '192.168.1.5:8080', false],
    [{}, 'evil.example', false],
    [{}, 'localhost.evil.example', false],
    [{}, 'localhost:8080@evil.example', false],
    [{}, '', false],
    [{ host: '::1' }, '[::1]:8080', true],
    [{ host: '[::1]' }, '[0:0:0:0:0:0:0:1]:8080', true],
    [everywhere, '192.168.1.5:8080', true],
    [everywhere, '[fd00::1]:8080', true],
    [everywhere, 'bridge.local', false],
    [named, '192.168.1.5', true],
    [named, '192.168.1.6', false],
    [named, 'bridge.example:8443', true],
    [named, 'BRIDGE.example', true],
    [named, 'other.bridge.example', false],
  ])('with %j takes %j: %s', async (settings, host, isTaken) => {
    await using rig = await openGateRig(settings, ['client']);
    const asking = request({ ...key, host });
    const admission = rig.gate.admit(asking, 'client');
    if (isTaken) {
      expect((await admission).caller.id).toBe('key:client');
      expect(() => rig.gate.checkHost(asking)).not.toThrow();
    } else {
      const status = host === '' || host.includes('@') ? 400 : 403;
      await expect(admission).rejects.toMatchObject({ status });
      expect(() => rig.gate.checkHost(asking)).toThrow(/Host header|names another/);
    }
  });
});

describe('Origin header', () => {
  const origins = [
    'https://a.example',
    'http://localhost:3000',
    'https://*.wild.example',
    'http://[::1]:5000',
  ];
  it.each<[string, Parameters<typeof request>[1], string, 'own' | 'listed' | 'foreign']>([
    ['http://localhost:8080', {}, 'localhost:8080', 'own'],
    ['HTTP://LOCALHOST:8080', {}, 'localhost:8080', 'own'],
    ['http://localhost', {}, 'localhost:80', 'own'],
    ['https://localhost', {}, 'localhost:443', 'own'],
    ['https://localhost:8080', {}, 'localhost:8080', 'own'],
    ['https://localhost:8080', { isTls: true }, 'localhost:8080', 'own'],
    ['http://localhost:8080', { isTls: true }, 'localhost:8080', 'foreign'],
    ['http://127.0.0.1:8080', {}, 'localhost:8080', 'foreign'],
    ['http://localhost:8081', {}, 'localhost:8080', 'foreign'],
    ['https://bridge.example', {}, 'localhost:8080', 'own'],
    ['http://bridge.example', {}, 'localhost:8080', 'foreign'],
    ['https://a.example', {}, 'localhost:8080', 'listed'],
    ['https://a.example:443', {}, 'localhost:8080', 'listed'],
    ['https://A.example', {}, 'localhost:8080', 'listed'],
    ['http://a.example', {}, 'localhost:8080', 'foreign'],
    ['https://a.example:8443', {}, 'localhost:8080', 'foreign'],
    ['https://a.example.evil.example', {}, 'localhost:8080', 'foreign'],
    ['https://xa.example', {}, 'localhost:8080', 'foreign'],
    ['http://localhost:3000', {}, 'localhost:8080', 'listed'],
    ['http://[::1]:5000', {}, 'localhost:8080', 'listed'],
    ['https://www.wild.example', {}, 'localhost:8080', 'listed'],
    ['https://wild.example', {}, 'localhost:8080', 'foreign'],
    ['https://a.b.wild.example', {}, 'localhost:8080', 'foreign'],
    ['https://.wild.example', {}, 'localhost:8080', 'foreign'],
    ['https://evilwild.example', {}, 'localhost:8080', 'foreign'],
    ['http://www.wild.example', {}, 'localhost:8080', 'foreign'],
    ['null', {}, 'localhost:8080', 'foreign'],
    ['', {}, 'localhost:8080', 'foreign'],
    ['file://', {}, 'localhost:8080', 'foreign'],
    ['chrome-extension://abc', {}, 'localhost:8080', 'foreign'],
    ['https://a.example/', {}, 'localhost:8080', 'foreign'],
    ['https://a.example https://b.example', {}, 'localhost:8080', 'foreign'],
  ])('%j, %j at %s is %s', async (origin, about, host, expected) => {
    await using rig = await openGateRig({ origins, publicUrl: 'https://bridge.example' }, ['client']);
    const admission = rig.gate.admit(request({ ...key, origin, host }, about), 'client');
    if (expected === 'foreign') await expect(admission).rejects.toMatchObject({ status: 403 });
    else expect((await admission).allowOrigin !== undefined).toBe(expected === 'listed');
  });

  it.each([
    '*',
    'https://*',
    'https://*.example',
    'https://*.*.example.org',
    'https://a.*.example.org',
    'https://*.1.2.3.4',
    'a.example',
    'https://a.example/path',
    'https://user@a.example',
    'ftp://a.example',
    'null',
    '',
  ])('cannot be listed as %j', async (origin) => {
    await expect(openGateRig({ origins: [origin] })).rejects.toThrow(ConfigError);
  });

  it('says why * cannot be listed', async () => {
    await expect(openGateRig({ origins: ['*'] })).rejects.toThrow(
      /every site could then act for every visitor/,
    );
  });
});

describe('A refusal', () => {
  const limits = {
    ...DEFAULT_LIMITS,
    address: { ...DEFAULT_LIMITS.address, requests: { perS: 1, burst: 2 } },
  };

  it('can be read by the page of a listed origin, also when it is for asking too much', async () => {
    await using rig = await openGateRig({ origins: ['https://a.example'], limits }, ['client']);
    const told: unknown[] = [];
    for (let turn = 0; turn < 3; turn++)
      await rig.gate
        .admit(request({ origin: 'https://a.example' }), 'visitor')
        .catch((error: AccessRefusal) => told.push([error.status, error.headers]));
    const leave = {
      Vary: 'Origin',
      'Access-Control-Allow-Origin': 'https://a.example',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Retry-After, x-bridge-visitor',
    };
    const noKey = [401, { 'WWW-Authenticate': 'Bearer realm="mmdagent-bridge"', ...leave }];
    expect(told).toEqual([noKey, noKey, [429, { 'Retry-After': '1', ...leave }]]);
  });

  it('cannot be read by a page of any other', async () => {
    await using rig = await openGateRig({ origins: ['https://a.example'] }, ['client']);
    for (const headers of [{ origin: 'https://evil.example' }, {}]) {
      const refusal = await rig.gate
        .admit(request(headers), 'visitor')
        .catch((error: AccessRefusal) => error);
      expect(Object.keys((refusal as AccessRefusal).headers).filter((name) => /^Access/.test(name))).toEqual(
        [],
      );
    }
  });
});

describe('Preflight', () => {
  it('lets a listed origin send what its page needs', async () => {
    await using rig = await openGateRig({ origins: ['https://a.example'] }, ['client']);
    const asking = request(
      {
        origin: 'https://a.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
        'access-control-request-private-network': 'true',
      },
      { method: 'OPTIONS' },
    );
    expect(rig.gate.preflight(asking)).toEqual({
      Vary: 'Origin',
      'Access-Control-Allow-Origin': 'https://a.example',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Retry-After, x-bridge-visitor',
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Last-Event-ID, X-Bridge-Request, x-bridge-visitor',
      'Access-Control-Max-Age': '600',
      'Access-Control-Allow-Private-Network': 'true',
    });
  });

  it('refuses every other origin, and allows none by name for our own page', async () => {
    await using rig = await openGateRig({ origins: ['https://a.example'] }, ['client']);
    const asking = (origin: string) => request({ origin }, { method: 'OPTIONS' });
    expect(() => rig.gate.preflight(asking('https://evil.example'))).toThrow(/another site/);
    expect(rig.gate.preflight(asking('http://localhost:8080'))).toEqual({ Vary: 'Origin' });
  });
});

describe('Proxies', () => {
  const proxied = { remoteAddress: '10.0.0.2' } as const;
  it.each<[readonly string[], string, string | undefined, string]>([
    [[], '10.0.0.2', '203.0.113.5', '10.0.0.2'],
    [['10.0.0.0/8'], '10.0.0.2', undefined, '10.0.0.2'],
    [['10.0.0.0/8'], '10.0.0.2', '203.0.113.5', '203.0.113.5'],
    [['10.0.0.0/8'], '::ffff:10.0.0.2', '203.0.113.5', '203.0.113.5'],
    [['10.0.0.0/8'], '10.0.0.2', '1.2.3.4, 203.0.113.5', '203.0.113.5'],
    [['10.0.0.0/8'], '10.0.0.2', '203.0.113.5, 10.1.1.1', '203.0.113.5'],
    [['10.0.0.0/8'], '10.0.0.2', '203.0.113.5:4711', '203.0.113.5'],
    [['10.0.0.0/8'], '10.0.0.2', '[2001:db8::1]:4711', '2001:db8::1'],
    [['10.0.0.0/8'], '10.0.0.2', '2001:db8::1', '2001:db8::1'],
    [['10.0.0.0/8'], '10.0.0.2', 'unknown', '10.0.0.2'],
    [['10.0.0.0/8'], '10.0.0.2', '203.0.113.5, _hidden', '10.0.0.2'],
    [['::1'], '::1', '203.0.113.5', '203.0.113.5'],
  ])('trusting %j, from %s with %j asks %s', async (trustedProxies, remoteAddress, forwarded, expected) => {
    await using rig = await openGateRig({ host: '10.0.0.1', trustedProxies }, ['client']);
    const asking = request({ ...key, host: '10.0.0.1', 'x-forwarded-for': forwarded }, { remoteAddress });
    expect((await rig.gate.admit(asking, 'client')).address).toBe(expected);
  });

  it('takes https for the browser’s from a trusted proxy only', async () => {
    const settings = {
      host: '10.0.0.1',
      publicUrl: 'http://b.example',
      visitors: true,
      origins: ['https://a.example'],
    };
    const asking = request(
      { host: 'b.example', origin: 'https://a.example', 'x-forwarded-proto': 'https' },
      proxied,
    );
    await using trusting = await openGateRig({ ...settings, trustedProxies: ['10.0.0.2'] }, ['client']);
    expect((await trusting.gate.admit(asking, 'visitor')).setCookie).toMatch(/Secure; Partitioned$/);
    await using distrusting = await openGateRig(settings, ['client']);
    expect((await distrusting.gate.admit(asking, 'visitor')).setCookie).toBeUndefined();
  });

  it.each(['10.0.0.0/33', 'proxy.example', '*', ''])('does not take %j for a proxy', async (range) => {
    await expect(openGateRig({ trustedProxies: [range] })).rejects.toThrow(/as trusted proxy/);
  });

  it.each([
    'example.org',
    'ftp://a.example',
    'https://u:p@a.example',
    'https://a.example/?x',
    'https://a.example/a;b',
  ])('does not take %j for the public URL', async (publicUrl) => {
    await expect(openGateRig({ publicUrl })).rejects.toThrow(/a public URL such as/);
  });
});
