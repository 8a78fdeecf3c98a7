import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkSameSite, checkThisMachine, securityHeaders } from '../../../src/server/request-guard.js';

function request(remoteAddress: string | undefined, headers: Record<string, string> = {}): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: { host: 'localhost:8080', ...headers },
  } as unknown as IncomingMessage;
}

describe('checkThisMachine', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('lets %s pass', (address) => {
    expect(() => checkThisMachine(request(address))).not.toThrow();
  });

  it.each(['192.168.1.5', '10.0.0.1', 'fe80::1', '::ffff:192.168.1.5', '', undefined])(
    'refuses %s',
    (address) => {
      expect(() => checkThisMachine(request(address))).toThrow(/on the machine itself only/);
    },
  );

  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1:8080', '[::1]:8080', '[::1]'])(
    'lets %s be the name',
    (host) => expect(() => checkThisMachine(request('127.0.0.1', { host }))).not.toThrow(),
  );

  it.each(['bridge.example', '192.168.1.5:8080', '0.0.0.0', '[fe80::1]:80', 'localhost.example', ''])(
    'refuses the name %j, under which a proxy or another machine asks',
    (host) => {
      expect(() => checkThisMachine(request('127.0.0.1', { host }))).toThrow(/on the machine itself only/);
    },
  );

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-real-ip',
    'x-client-ip',
    'cf-connecting-ip',
    'true-client-ip',
  ])('refuses what came through a proxy that says %s', (name) => {
    expect(() => checkThisMachine(request('127.0.0.1', { [name]: 'x' }))).toThrow(
      /on the machine itself only/,
    );
  });
});

describe('checkSameSite', () => {
  it.each([
    [{ 'x-bridge-request': '1' }],
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
  ])('lets %j pass', (headers) => {
    expect(() => checkSameSite(request('127.0.0.1', headers as Record<string, string>))).not.toThrow();
  });

  it.each([
    // An image of another site in a browser that does not say who asks.
    [{}],
    [{ accept: 'application/x-ndjson' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', 'x-bridge-request': '1' }],
    [{ 'x-bridge-request': '1', origin: 'http://a.example', host: 'localhost' }],
  ])('refuses %j', (headers) => {
    expect(() => checkSameSite(request('127.0.0.1', headers as Record<string, string>))).toThrow();
  });
});

describe('securityHeaders', () => {
  it('allow microphone, camera and screen to the page itself and nobody else, and no inline code', () => {
    const headers = securityHeaders('localhost:8765');
    expect(headers['Permissions-Policy']).toContain('microphone=(self)');
    expect(headers['Permissions-Policy']).toContain('camera=(self)');
    expect(headers['Permissions-Policy']).toContain('display-capture=(self)');
    expect(headers['Permissions-Policy']).toContain('geolocation=()');
    expect(headers['Content-Security-Policy']).not.toMatch(/unsafe|\*|blob:|data:/);
  });
});
