import { describe, expect, it } from 'vitest';
import { AccessRefusal, type Admission, type Role } from '../../../src/access/index.js';
import { bearer, cookieOf, type GateRig, KEYS, openGateRig, request } from './gate-rig.js';

const OWN = { origin: 'http://localhost:8080' };
const LISTED = { origin: 'https://example.org' };
const FOREIGN = { origin: 'https://evil.example' };
const FAR = { remoteAddress: '203.0.113.5' } as const;

/** Status of the refusal, or the caller's id without what is random in it. */
async function outcome(admission: Promise<Admission>): Promise<string | number> {
  try {
    return (await admission).caller.id.replace(/^visitor:.+/, 'visitor');
  } catch (error) {
    if (error instanceof AccessRefusal) return error.status;
    throw error;
  }
}

describe('Gate > without keys, on loopback', () => {
  it.each<[string, ReturnType<typeof request>, Role, string | number]>([
    ['a program of this machine', request(), 'operator', 'local'],
    ['a program that posts', request({}, { method: 'POST' }), 'operator', 'local'],
    ['a page of the server', request(OWN, { method: 'POST' }), 'operator', 'local'],
    [
      'a page of the server under 127.0.0.1',
      request({ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }),
      'operator',
      'local',
    ],
    ['a page of the server, asking what is for visitors', request(OWN), 'visitor', 'local'],
    ['a program that sends a key where none is needed', request(bearer('not-needed')), 'operator', 'local'],
    ['another site', request(FOREIGN), 'visitor', 403],
    [
      'another site, by a read without Origin',
      request({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
      'visitor',
      403,
    ],
    [
      'another port of this machine, by a read without Origin',
      request({ 'sec-fetch-site': 'same-site' }),
      'visitor',
      403,
    ],
    [
      'a link of another site that is followed',
      request({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
      'operator',
      'local',
    ],
    [
      'a form of another site that is sent',
      request({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, { method: 'POST' }),
      'operator',
      403,
    ],
    ['a page without an origin', request({ origin: 'null' }), 'visitor', 403],
    [
      'a rebound name',
      request({ host: 'evil.example:8080', origin: 'http://evil.example:8080' }),
      'visitor',
      403,
    ],
    ['a request without a host', request({ host: undefined }), 'visitor', 400],
    ['another machine', request({}, FAR), 'visitor', 401],
    ['a proxy on this machine', request({ 'x-forwarded-for': '203.0.113.5' }), 'visitor', 401],
    ['a tunnel on this machine', request({ 'cf-connecting-ip': '203.0.113.5' }), 'operator', 401],
  ])('answers %s', async (_who, asking, need, expected) => {
    await using rig = await openGateRig();
    expect(await outcome(rig.gate.admit(asking, need))).toBe(expected);
  });

  it('tells a listed site that only this user may, unless visitors are let in', async () => {
    await using closed = await openGateRig({ origins: ['https://example.org'] });
    expect(await outcome(closed.gate.admit(request(LISTED), 'visitor'))).toBe(403);
    await using open = await openGateRig({ origins: ['https://example.org'], visitors: true });
    expect(await outcome(open.gate.admit(request(LISTED), 'visitor'))).toBe('visitor');
    expect(await outcome(open.gate.admit(request(LISTED), 'client'))).toBe(403);
  });

  it('echoes the subprotocol of a key that it does not need: browsers give up the WebSocket else', async () => {
    await using rig = await openGateRig();
    const protocol = 'Authorization.bm90LW5lZWRlZA';
    const admission = await rig.gate.admit(
      request({ 'sec-websocket-protocol': `chat, ${protocol}` }),
      'visitor',
    );
    expect(admission).toMatchObject({ caller: { id: 'local' }, subprotocol: protocol });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'bridge.example'])('does not open on %s', async (host) => {
    await expect(openGateRig({ host })).rejects.toThrow(/at least one key .*keys add NAME --role operator/);
  });
});

describe('Gate > with keys', () => {
  const withKeys = (settings = {}): Promise<GateRig> =>
    openGateRig(settings, ['client', 'operator', 'visitor']);
  const inProtocol = (key: string): { 'sec-websocket-protocol': string } => ({
    'sec-websocket-protocol': `Authorization.${Buffer.from(key).toString('base64').replace(/=+$/, '')}`,
  });

  it.each<[string, ReturnType<typeof request>, Role, string | number]>([
    ['this machine without a key', request(), 'visitor', 401],
    ['a page of the server without a key', request(OWN), 'visitor', 401],
    ['a key', request(bearer(KEYS.client), { method: 'POST', ...FAR }), 'client', 'key:client'],
    ['a key whose role is more than needed', request(bearer(KEYS.operator)), 'visitor', 'key:operator'],
    ['a key whose role is less than needed', request(bearer(KEYS.client)), 'operator', 403],
    ["a visitor's key", request(bearer(KEYS.visitor)), 'client', 403],
    [
      'a key as subprotocol',
      request({ ...inProtocol(KEYS.client), ...OWN, upgrade: 'websocket' }),
      'client',
      'key:client',
    ],
    ['a wrong key', request(bearer('mab_wrong')), 'visitor', 401],
    ['another scheme', request({ authorization: `Basic ${KEYS.client}` }), 'visitor', 401],
    ['a key in the address', request({}, { url: `/ws?api_key=${KEYS.client}` }), 'visitor', 401],
    ['a key from a page of another site', request({ ...bearer(KEYS.client), ...FOREIGN }), 'visitor', 403],
    [
      'a key from a page of a listed site',
      request({ ...bearer(KEYS.client), ...LISTED }),
      'client',
      'key:client',
    ],
  ])('answers %s', async (_who, asking, need, expected) => {
    await using rig = await withKeys({ origins: ['https://example.org'] });
    expect(await outcome(rig.gate.admit(asking, need))).toBe(expected);
  });

  it('echoes the subprotocol that the key came in', async () => {
    await using rig = await withKeys();
    const headers = inProtocol(KEYS.client);
    const { subprotocol } = await rig.gate.admit(request(headers), 'client');
    expect(subprotocol).toBe(headers['sec-websocket-protocol']);
  });

  it('says where a key belongs that stands in the address', async () => {
    await using rig = await withKeys();
    const asking = request({}, { url: `/ws?token=${KEYS.client}` });
    await expect(rig.gate.admit(asking, 'client')).rejects.toThrow(
      /in the address are not taken.*Authorization: Bearer/,
    );
  });

  it('lets nobody in as the user of this machine when the last key is removed', async () => {
    await using rig = await withKeys();
    await rig.setKeys();
    rig.clock.advance(2000);
    expect(await outcome(rig.gate.admit(request(bearer(KEYS.client)), 'client'))).toBe(401);
    expect(await outcome(rig.gate.admit(request(), 'visitor'))).toBe(401);
    expect(rig.gate.demandsKey).toBe(true);
  });

  it('demands a key from the first one on', async () => {
    await using rig = await openGateRig();
    expect(rig.gate.demandsKey).toBe(false);
    await rig.setKeys('client');
    rig.clock.advance(2000);
    expect(await outcome(rig.gate.admit(request(), 'visitor'))).toBe(401);
    expect(await outcome(rig.gate.admit(request(bearer(KEYS.client)), 'client'))).toBe('key:client');
  });

  it('logs a browser in, and out', async () => {
    await using rig = await withKeys();
    const login = await rig.gate.login(request(OWN, { method: 'POST' }), KEYS.operator);
    expect(login.caller).toMatchObject({ id: 'key:operator', role: 'operator' });
    expect(login.setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(login.setCookie);
    expect(await outcome(rig.gate.admit(request({ ...OWN, cookie, upgrade: 'websocket' }), 'operator'))).toBe(
      'key:operator',
    );
    const { setCookie } = await rig.gate.logout(request({ ...OWN, cookie }, { method: 'POST' }));
    expect(setCookie).toMatch(/=; .*Max-Age=0$/);
    expect(await outcome(rig.gate.admit(request({ ...OWN, cookie }), 'operator'))).toBe(401);
  });
});
