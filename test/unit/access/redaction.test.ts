import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newKey } from '../../../src/access/access-key.js';
import { bearer, cookieOf, KEYS, lookalike, openGateRig, request } from './gate-rig.js';

const OWN = { origin: 'http://localhost:8080' };

describe('Secrets', () => {
  it('are in no line of the log, no error and no answer but the cookie that carries them', async () => {
    await using rig = await openGateRig({ visitors: true, origins: ['https://a.example'] }, [
      'client',
      'operator',
    ]);
    const { gate } = rig;
    const wrong = newKey();
    const login = await gate.login(request(OWN, { method: 'POST' }), KEYS.operator);
    const visitor = await gate.admit(request({ origin: 'https://a.example' }), 'visitor');
    const loginCookie = cookieOf(login.setCookie);
    const secrets = [
      KEYS.client,
      KEYS.operator,
      wrong,
      lookalike(KEYS.client),
      loginCookie,
      visitor.visitorToken ?? '',
    ];
    const base64 = (key: string): string => Buffer.from(key).toString('base64').replace(/=+$/, '');
    const askings = secrets.flatMap((secret) => [
      request(bearer(secret)),
      request({ authorization: secret }),
      request({ authorization: `Basic ${secret}` }),
      request({ 'sec-websocket-protocol': `Authorization.${base64(secret)}` }),
      request({ 'x-bridge-visitor': secret, origin: 'https://a.example' }),
      request({}, { url: `/ws?token=${secret}` }),
      request({ cookie: secret, origin: 'https://evil.example' }),
      request({ cookie: secret }, { method: 'POST' }),
      request({ ...bearer(secret), host: secret }),
      request({ ...bearer(secret), origin: secret }),
      request({ ...bearer(secret), 'x-forwarded-for': secret }),
    ]);
    const told: string[] = [];
    for (const asking of askings)
      for (const need of ['visitor', 'operator'] as const) {
        try {
          const { caller, address } = await gate.admit(asking, need);
          told.push(inspect({ caller, address }));
        } catch (error) {
          told.push(inspect(error, { depth: 9 }), JSON.stringify((error as { headers: unknown }).headers));
        }
      }
    for (const secret of secrets)
      await gate
        .login(request(OWN, { method: 'POST' }), `${secret}x`)
        .catch((error: unknown) => told.push(inspect(error)));
    await gate.logout(request({ ...OWN, cookie: loginCookie }));
    expect(told.length).toBeGreaterThan(100);
    expect(rig.lines.length).toBeGreaterThan(20);
    const everything = [...told, ...rig.lines, await readFile(rig.keyFile, 'utf8')].join('\n');
    for (const secret of secrets) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(base64(secret));
      // Nor most of one.
      expect(everything).not.toContain(secret.slice(-24));
    }
  });
});
