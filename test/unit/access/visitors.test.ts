import { describe, expect, it } from 'vitest';
import { admissionHeaders } from '../../../src/access/index.js';
import { bearer, cookieOf, KEYS, openGateRig, request } from './gate-rig.js';

const OWN = { origin: 'http://localhost:8080' };
const A = { origin: 'https://a.example' };
const B = { origin: 'https://b.example' };
const SETTINGS = { visitors: true, origins: ['https://a.example', 'https://b.example'] } as const;
const TLS = { isTls: true } as const;
const OWN_TLS = { origin: 'https://localhost:8080' };

describe('Visitors', () => {
  it('is a visitor with a cookie of its own on a page of the server, where keys are set up', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const first = await rig.gate.admit(request(OWN), 'visitor');
    expect(first.caller.role).toBe('visitor');
    expect(first.setCookie).toMatch(
      /^mmdagent-bridge-visitor-8080=\S+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    );
    expect(first.visitorToken).toBeUndefined();
    const again = await rig.gate.admit(request({ ...OWN, cookie: cookieOf(first.setCookie) }), 'visitor');
    expect(again.caller).toEqual(first.caller);
    expect(again.setCookie).toBeUndefined();
  });

  it('is another visitor without the cookie', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const one = await rig.gate.admit(request(OWN), 'visitor');
    const two = await rig.gate.admit(request(OWN), 'visitor');
    expect(two.caller.id).not.toBe(one.caller.id);
  });

  it('has 128 random bits for a name, and a label that does not tell it', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { caller } = await rig.gate.admit(request(OWN), 'visitor');
    const random = caller.id.replace(/^visitor:/, '');
    expect(Buffer.from(random, 'base64url')).toHaveLength(16);
    expect(caller.label).toHaveLength('visitor:'.length + 7);
  });

  it('says Secure where the browser is on https', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { setCookie } = await rig.gate.admit(request(OWN_TLS, TLS), 'visitor');
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  });

  it("gives another site's page a cookie of its own partition over https, and the token", async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const admission = await rig.gate.admit(request(A, TLS), 'visitor');
    expect(admission.setCookie).toMatch(/; HttpOnly; SameSite=None; Secure; Partitioned$/);
    expect(admission.allowOrigin).toBe('https://a.example');
    expect(admissionHeaders(admission)).toMatchObject({
      'Access-Control-Allow-Origin': 'https://a.example',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': expect.stringContaining('x-bridge-visitor'),
      'x-bridge-visitor': admission.visitorToken,
      Vary: 'Origin',
    });
  });

  it("gives another site's page the token alone without https: the browser would not keep the cookie", async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const admission = await rig.gate.admit(request(A), 'visitor');
    expect(admission.setCookie).toBeUndefined();
    expect(admission.visitorToken).toBeDefined();
  });

  it('takes the token back as header and as subprotocol, which it echoes', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { caller, visitorToken = '' } = await rig.gate.admit(request(A), 'visitor');
    const byHeader = await rig.gate.admit(request({ ...A, 'x-bridge-visitor': visitorToken }), 'visitor');
    expect(byHeader.caller).toEqual(caller);
    const subprotocol = `Visitor.${visitorToken}`;
    const bySocket = await rig.gate.admit(
      request({ ...A, upgrade: 'websocket', 'sec-websocket-protocol': subprotocol }),
      'visitor',
    );
    expect(bySocket).toMatchObject({ caller, subprotocol });
  });

  it('echoes a token that is over as well: the browser would give up the WebSocket', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const subprotocol = 'Visitor.of.another.process';
    const admission = await rig.gate.admit(
      request({ ...A, 'sec-websocket-protocol': subprotocol }),
      'visitor',
    );
    expect(admission.subprotocol).toBe(subprotocol);
    expect(admission.visitorToken).toBeDefined();
  });

  it.each([
    ["another site's page", B],
    ['a page of the server', OWN],
  ])('does not take the token of one site from %s', async (_who, from) => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { caller, visitorToken = '' } = await rig.gate.admit(request(A), 'visitor');
    const other = await rig.gate.admit(request({ ...from, 'x-bridge-visitor': visitorToken }), 'visitor');
    expect(other.caller.id).not.toBe(caller.id);
  });

  it("does not take one site's cookie from another where the browser parts none, and leaves it as it is", async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const a = await rig.gate.admit(request(A, TLS), 'visitor');
    const b = await rig.gate.admit(request({ ...B, cookie: cookieOf(a.setCookie) }, TLS), 'visitor');
    expect(b.caller.id).not.toBe(a.caller.id);
    const cookie = `${cookieOf(a.setCookie)}; ${cookieOf(b.setCookie)}`;
    expect((await rig.gate.admit(request({ ...A, cookie }, TLS), 'visitor')).caller).toEqual(a.caller);
    expect((await rig.gate.admit(request({ ...B, cookie }, TLS), 'visitor')).caller).toEqual(b.caller);
  });

  it('is a stranger to another process', async () => {
    await using one = await openGateRig(SETTINGS, ['operator']);
    const { setCookie, caller } = await one.gate.admit(request(OWN), 'visitor');
    const { openGate } = await import('../../../src/access/index.js');
    const other = await openGate({
      settings: { host: '127.0.0.1', ...SETTINGS },
      keyFile: one.keyFile,
      clock: one.clock,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const admission = await other.admit(request({ ...OWN, cookie: cookieOf(setCookie) }), 'visitor');
    expect(admission.caller.id).not.toBe(caller.id);
  });

  it('gets its cookie anew after half of its week, as the same visitor, and is forgotten after one without a visit', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const dayMs = 24 * 3_600_000;
    const first = await rig.gate.admit(request(OWN), 'visitor');
    rig.clock.advance(4 * dayMs);
    const later = await rig.gate.admit(request({ ...OWN, cookie: cookieOf(first.setCookie) }), 'visitor');
    expect(later.caller).toEqual(first.caller);
    expect(later.setCookie).toBeDefined();
    rig.clock.advance(4 * dayMs);
    const cookie = cookieOf(later.setCookie);
    expect((await rig.gate.admit(request({ ...OWN, cookie }), 'visitor')).caller).toEqual(first.caller);
    rig.clock.advance(3 * dayMs);
    expect((await rig.gate.admit(request({ ...OWN, cookie }), 'visitor')).caller).not.toEqual(first.caller);
  });

  it('sets no cookie where the answer can carry none', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const admission = await rig.gate.admit(request(A, TLS), 'visitor', { mayKeepCookie: false });
    expect(admission.setCookie).toBeUndefined();
    expect(admission.visitorToken).toBeDefined();
  });

  it.each([
    ['a read that the browser says is of the same origin', { 'sec-fetch-site': 'same-origin' }],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
    ['a read of our page in an older browser', { 'x-bridge-request': '1' }],
  ])('lets in %s, which names no Origin', async (_what, headers) => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    expect((await rig.gate.admit(request(headers), 'visitor')).caller.role).toBe('visitor');
  });

  it('knows its cookie in a read without Origin, but lets nobody new in there, and nothing else happen', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { caller, setCookie } = await rig.gate.admit(request(OWN), 'visitor');
    const cookie = cookieOf(setCookie);
    expect((await rig.gate.admit(request({ cookie }), 'visitor')).caller).toEqual(caller);
    await expect(rig.gate.admit(request(), 'visitor')).rejects.toMatchObject({ status: 401 });
    await expect(rig.gate.admit(request({ cookie }, { method: 'POST' }), 'visitor')).rejects.toMatchObject({
      status: 401,
    });
    await expect(rig.gate.admit(request({ cookie, upgrade: 'websocket' }), 'visitor')).rejects.toMatchObject({
      status: 401,
    });
  });

  it('may not do what programs do', async () => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    const { setCookie } = await rig.gate.admit(request(OWN), 'visitor');
    const asking = request({ ...OWN, cookie: cookieOf(setCookie) });
    await expect(rig.gate.admit(asking, 'client')).rejects.toMatchObject({ status: 401 });
  });

  it('is nobody where visitors are not let in', async () => {
    await using rig = await openGateRig({ origins: SETTINGS.origins }, ['operator']);
    await expect(rig.gate.admit(request(OWN), 'visitor')).rejects.toMatchObject({ status: 401 });
    await expect(rig.gate.admit(request(A), 'visitor')).rejects.toMatchObject({ status: 401 });
  });
});

describe('Logins', () => {
  const post = { method: 'POST' } as const;

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a listed site', A],
    ['a program', {}],
  ])('is not for %s', async (_who, headers) => {
    await using rig = await openGateRig(SETTINGS, ['operator']);
    await expect(rig.gate.login(request(headers, post), KEYS.operator)).rejects.toMatchObject({
      status: 403,
    });
  });

  it('does not lend its cookie to a page of another site, also where the browser sends it', async () => {
    await using rig = await openGateRig({ ...SETTINGS, origins: ['http://localhost:3000'] }, ['operator']);
    const cookie = cookieOf((await rig.gate.login(request(OWN, post), KEYS.operator)).setCookie);
    const page = { origin: 'http://localhost:3000', cookie };
    await expect(rig.gate.admit(request(page), 'operator')).rejects.toMatchObject({ status: 401 });
    expect((await rig.gate.admit(request(page), 'visitor')).caller.role).toBe('visitor');
    await expect(
      rig.gate.admit(request({ origin: 'https://evil.example', cookie }), 'visitor'),
    ).rejects.toMatchObject({ status: 403 });
  });

  it('opens reads without Origin, and nothing that does something', async () => {
    await using rig = await openGateRig({}, ['operator']);
    const cookie = cookieOf((await rig.gate.login(request(OWN, post), KEYS.operator)).setCookie);
    expect((await rig.gate.admit(request({ cookie }), 'operator')).caller.id).toBe('key:operator');
    await expect(rig.gate.admit(request({ cookie }, post), 'operator')).rejects.toMatchObject({
      status: 403,
    });
    const socket = request({ cookie, upgrade: 'websocket' });
    await expect(rig.gate.admit(socket, 'operator')).rejects.toMatchObject({ status: 403 });
  });

  it('ends after its hours, and with its key', async () => {
    await using rig = await openGateRig({ loginHours: 2 }, ['operator', 'client']);
    const login = async (): Promise<string> =>
      cookieOf((await rig.gate.login(request(OWN, post), KEYS.operator)).setCookie);
    const first = request({ ...OWN, cookie: await login() });
    rig.clock.advance(2 * 3_600_000);
    await expect(rig.gate.admit(first, 'visitor')).rejects.toMatchObject({ status: 401 });
    const second = request({ ...OWN, cookie: await login() });
    expect((await rig.gate.admit(second, 'operator')).caller.id).toBe('key:operator');
    await rig.setKeys('client');
    rig.clock.advance(2000);
    await expect(rig.gate.admit(second, 'visitor')).rejects.toMatchObject({ status: 401 });
  });

  it('stays ended after a logout, should somebody have kept the cookie', async () => {
    await using rig = await openGateRig({}, ['operator']);
    const cookie = cookieOf((await rig.gate.login(request(OWN, post), KEYS.operator)).setCookie);
    await rig.gate.logout(request({ ...OWN, cookie }, post));
    await expect(rig.gate.admit(request({ ...OWN, cookie }), 'visitor')).rejects.toMatchObject({
      status: 401,
    });
  });

  it('does not give way to a wrong key in the same request', async () => {
    await using rig = await openGateRig({}, ['operator']);
    const cookie = cookieOf((await rig.gate.login(request(OWN, post), KEYS.operator)).setCookie);
    const asking = request({ ...OWN, cookie, ...bearer('mab_wrong') });
    await expect(rig.gate.admit(asking, 'visitor')).rejects.toMatchObject({ status: 401 });
  });

  it('has the path of the public URL, and Secure there', async () => {
    const publicUrl = 'https://example.org/bridge/';
    await using rig = await openGateRig({ publicUrl }, ['operator']);
    const asking = request({ host: 'example.org', origin: 'https://example.org' }, post);
    const { setCookie } = await rig.gate.login(asking, KEYS.operator);
    expect(setCookie).toMatch(/; Path=\/bridge\/; HttpOnly; SameSite=Strict; Secure$/);
  });

  it('says that there are no keys where there are none', async () => {
    await using rig = await openGateRig();
    await expect(rig.gate.login(request(OWN, post), KEYS.operator)).rejects.toThrow('No keys are set up');
  });
});
