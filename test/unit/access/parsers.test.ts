import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bearerKey,
  cookiesNamed,
  hasKeyInQuery,
  keyGiven,
  offeredSubprotocols,
  subprotocolKey,
} from '../../../src/access/credentials.js';
import { clientAddress, forwardedAddress } from '../../../src/access/gate-request.js';
import { canonicalOrigin, Origins } from '../../../src/access/origins.js';
import { TokenSigner } from '../../../src/access/signed-token.js';
import { request } from './gate-rig.js';

const printableKey = fc.stringMatching(/^[\x21-\x7e]{1,200}$/);
const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }));

describe('canonicalOrigin', () => {
  it('is total, and the same of its own result', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const origin = canonicalOrigin(text);
        if (origin !== undefined) expect(canonicalOrigin(origin)).toBe(origin);
      }),
    );
  });

  it('reads as the platform does whatever it takes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'https'),
        label,
        fc.integer({ min: 1, max: 65_535 }),
        (scheme, host, port) => {
          const text = `${scheme}://${host}.example:${port}`;
          expect(canonicalOrigin(text.toUpperCase())).toBe(new URL(text).origin);
        },
      ),
    );
  });

  it('takes nothing with a path, user, query, fragment or blank', () => {
    fc.assert(
      fc.property(
        label,
        fc.constantFrom('/', '/x', '?', '#', ' ', '\t', '\\', ',', ';', '@b'),
        (host, more) => {
          expect(canonicalOrigin(`https://${host}.example${more}`)).toBeUndefined();
        },
      ),
    );
  });
});

describe('Origins', () => {
  it('with a wildcard takes exactly one label in its place', () => {
    const origins = new Origins(['https://*.wild.example']);
    fc.assert(
      fc.property(fc.array(label, { minLength: 0, maxLength: 3 }), (labels) => {
        const host = [...labels, 'wild', 'example'].join('.');
        expect(origins.has(`https://${host}`)).toBe(labels.length === 1);
      }),
    );
  });

  it('takes nothing that is not listed, whatever is put around what is', () => {
    const origins = new Origins(['https://a.example']);
    fc.assert(
      fc.property(anything, anything, (before, after) => {
        const text = `${before}https://a.example${after}`;
        const canonical = canonicalOrigin(text);
        expect(origins.has(text)).toBe(canonical === 'https://a.example');
      }),
    );
  });
});

describe('Keys of a request', () => {
  it('come back from both forms', () => {
    fc.assert(
      fc.property(printableKey, (key) => {
        expect(bearerKey(`Bearer ${key}`)).toBe(key);
        const standard = Buffer.from(key, 'latin1').toString('base64');
        for (const text of [
          standard,
          standard.replace(/=+$/, ''),
          Buffer.from(key, 'latin1').toString('base64url'),
        ])
          expect(subprotocolKey(`Authorization.${text}`)).toBe(key);
      }),
    );
  });

  it('are nobody’s when they are of no form, and never throw', () => {
    fc.assert(
      fc.property(anything, (text) => {
        for (const key of [bearerKey(text), subprotocolKey(`Authorization.${text}`)])
          expect(key === '' || /^[\x21-\x7e]+$/.test(key)).toBe(true);
        keyGiven(request({ authorization: text, 'sec-websocket-protocol': text }));
      }),
    );
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Basic abc', 'bearerabc', '', `Bearer ${'x'.repeat(600)}`])(
    'is empty of %j',
    (header) => expect(bearerKey(header)).toBe(''),
  );

  it('are found in the address, to be refused', () => {
    expect(hasKeyInQuery(request({}, { url: '/ws?API_KEY=x' }))).toBe(true);
    expect(hasKeyInQuery(request({}, { url: '/ws?x=mab_abc' }))).toBe(true);
    expect(hasKeyInQuery(request({}, { url: '/ws?user=key' }))).toBe(false);
    expect(hasKeyInQuery(request({}, { url: '/ws' }))).toBe(false);
    fc.assert(fc.property(anything, (url) => typeof hasKeyInQuery(request({}, { url })) === 'boolean'));
  });

  it('are not among the subprotocols that are offered', () => {
    const headers = { 'sec-websocket-protocol': ' bridge.v1 ,Authorization.abc, Visitor.a.b.c,, chat' };
    expect(offeredSubprotocols(request(headers))).toEqual(['bridge.v1', 'chat']);
    expect(offeredSubprotocols(request())).toEqual([]);
  });
});

describe('Cookies', () => {
  const name = fc.stringMatching(/^[a-z-]{1,12}$/);
  const value = fc.stringMatching(/^[A-Za-z0-9_.-]{0,30}$/);

  it('of a name are found all, in their order, among others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), name, (pairs, wanted) => {
        const cookie = pairs.map(([key, text]) => `${key}=${text}`).join('; ');
        const expected = pairs.filter(([key]) => key === wanted).map(([, text]) => text);
        expect(cookiesNamed(request({ cookie }), wanted)).toEqual(expected);
      }),
    );
  });

  it('are read whatever comes', () => {
    fc.assert(fc.property(anything, (cookie) => Array.isArray(cookiesNamed(request({ cookie }), 'a'))));
  });
});

describe('X-Forwarded-For', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());

  it('gives an address or none', () => {
    fc.assert(
      fc.property(fc.oneof(anything, address), (entry) => {
        const found = forwardedAddress(entry);
        expect(found === undefined || isIP(found) !== 0).toBe(true);
      }),
    );
  });

  it('gives the address with and without a port', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), (ip, port) => {
        expect(forwardedAddress(`${ip}:${port}`)).toBe(ip);
        expect(forwardedAddress(` ${ip} `)).toBe(ip);
      }),
    );
  });

  it('cannot be begun by the client so that another address counts', () => {
    const isTrusted = (ip: string): boolean => ip === '10.0.0.2';
    fc.assert(
      fc.property(
        anything,
        fc.ipV4().filter((ip) => !isTrusted(ip)),
        (forged, real) => {
          const headers = { 'x-forwarded-for': `${forged}, ${real}` };
          expect(clientAddress(request(headers, { remoteAddress: '10.0.0.2' }), isTrusted)).toBe(real);
          expect(clientAddress(request(headers, { remoteAddress: real }), isTrusted)).toBe(real);
        },
      ),
    );
  });
});

describe('TokenSigner', () => {
  const signer = new TokenSigner(Buffer.alloc(32, 1));
  const claims = fc.record({
    purpose: fc.string({ maxLength: 40 }),
    subject: fc.stringMatching(/^[A-Za-z0-9_:.-]{1,60}$/),
    expiresMs: fc.integer({ min: 1, max: 2 ** 50 }),
  });

  it('reads what it signed, for that purpose, until it is over', () => {
    fc.assert(
      fc.property(claims, fc.string({ maxLength: 40 }), (said, other) => {
        const token = signer.sign(said);
        expect(signer.read(token, said.purpose, 0)).toEqual(said);
        expect(signer.read(token, said.purpose, said.expiresMs - 1)).toBeDefined();
        expect(signer.read(token, said.purpose, said.expiresMs)).toBeUndefined();
        if (other !== said.purpose) expect(signer.read(token, other, 0)).toBeUndefined();
        expect(token).toMatch(/^[\w.-]+$/);
      }),
    );
  });

  it('reads nothing in which a letter is another', () => {
    fc.assert(
      fc.property(claims, fc.nat(), fc.stringMatching(/^[A-Za-z0-9_.-]$/), (said, at, letter) => {
        const token = signer.sign(said);
        const index = at % token.length;
        fc.pre(token[index] !== letter);
        const forged = token.slice(0, index) + letter + token.slice(index + 1);
        expect(signer.read(forged, said.purpose, 0)).toBeUndefined();
      }),
    );
  });

  it('reads nothing of another secret, and nothing else', () => {
    const other = new TokenSigner(Buffer.alloc(32, 2));
    fc.assert(
      fc.property(claims, anything, (said, text) => {
        expect(other.read(signer.sign(said), said.purpose, 0)).toBeUndefined();
        expect(signer.read(text, said.purpose, 0)).toBeUndefined();
      }),
    );
  });
});
