import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessRefusal, DEFAULT_LIMITS } from '../../../src/access/index.js';
import { KEYS, openGateRig, request } from './gate-rig.js';

const ENDLESS = { perS: 1e9, burst: 1e9 } as const;
const UNLIMITED = { requests: ENDLESS, turns: ENDLESS, bytes: ENDLESS, connections: 1e9 } as const;
const limits = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((who) => [who, UNLIMITED]),
) as typeof DEFAULT_LIMITS;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'localhost',
    'localhost:8080',
    'http://localhost:8080',
    'https://a.example',
    'null',
    '*',
    'websocket',
    'Bearer ',
    'Bearer mab_',
    'Authorization.',
    'Visitor.',
    'same-origin',
    'cross-site',
    'navigate',
    '127.0.0.1',
    'mmdagent-bridge-key-8080=a.1.b',
    '__proto__',
    ', , ;=',
    '%00%0d%0a',
  ),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'host',
    'origin',
    'authorization',
    'cookie',
    'sec-websocket-protocol',
    'sec-fetch-site',
    'sec-fetch-mode',
    'upgrade',
    'x-bridge-visitor',
    'x-bridge-request',
    'x-forwarded-for',
    'x-forwarded-proto',
    'access-control-request-private-network',
  ),
  text,
);

describe('Requests of any form', () => {
  it('are refused with a status, or are a visitor at most, whatever they hold', async () => {
    await using rig = await openGateRig(
      { visitors: true, origins: ['https://a.example'], trustedProxies: ['127.0.0.1'], limits },
      ['operator'],
    );
    await fc.assert(
      fc.asyncProperty(
        headers,
        fc.constantFrom('GET', 'POST', 'OPTIONS', undefined),
        text,
        async (given, method, url) => {
          const asking = request(given, { method, url });
          for (const ask of [
            async () => (await rig.gate.admit(asking, 'visitor')).caller.role,
            async () => (await rig.gate.login(asking, url)).caller.role,
            async () => typeof (await rig.gate.logout(asking)),
            async () => typeof rig.gate.preflight(asking),
          ]) {
            const answer = await ask().catch((error: unknown) => error);
            if (answer instanceof AccessRefusal) expect([400, 401, 403, 429]).toContain(answer.status);
            else expect(['visitor', 'object']).toContain(answer);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never get the user of this machine from another address, nor from another site', async () => {
    await using rig = await openGateRig({ visitors: true, origins: ['https://a.example'], limits });
    await fc.assert(
      fc.asyncProperty(headers, fc.ipV4(), async (given, remoteAddress) => {
        fc.pre(!remoteAddress.startsWith('127.'));
        const far = rig.gate.admit(request(given, { remoteAddress }), 'client');
        await expect(far).rejects.toBeInstanceOf(AccessRefusal);
        for (const origin of ['https://a.example', 'https://evil.example', 'http://localhost:8081', 'null']) {
          const near = rig.gate.admit(request({ ...given, host: 'localhost:8080', origin }), 'client');
          await expect(near).rejects.toBeInstanceOf(AccessRefusal);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('do not change what a right key opens', async () => {
    await using rig = await openGateRig({ limits }, ['operator']);
    await fc.assert(
      fc.asyncProperty(headers, async ({ host: _host, origin: _origin, ...given }) => {
        const fetched = { 'sec-fetch-site': undefined, authorization: `Bearer ${KEYS.operator}` };
        const { caller } = await rig.gate.admit(request({ ...given, ...fetched }), 'operator');
        expect(caller.id).toBe('key:operator');
      }),
      { numRuns: 200 },
    );
  });
});
