import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { checkSameSite, checkThisMachine, securityHeaders } from '../../../src/server/request-guard.js';

function request(remoteAddress: string | undefined, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
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

  it.each(['forwarded', 'x-forwarded-for', 'via'])(
    'refuses what came through a proxy that says %s',
    (name) => {
      expect(() => checkThisMachine(request('127.0.0.1', { [name]: 'x' }))).toThrow(
        /on the machine itself only/,
      );
    },
  );
});

describe('checkSameSite', () => {
  it.each([[{}], [{ 'sec-fetch-site': 'same-origin' }], [{ 'sec-fetch-site': 'none' }]])(
    'lets %j pass',
    (headers) => {
      expect(() => checkSameSite(request('127.0.0.1', headers as Record<string, string>))).not.toThrow();
    },
  );

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'http://a.example', host: 'localhost' }],
  ])('refuses %j', (headers) => {
    expect(() => checkSameSite(request('127.0.0.1', headers as Record<string, string>))).toThrow();
  });
});

describe('securityHeaders', () => {
  it('allow the microphone to the page itself and nobody else, and no inline code', () => {
    const headers = securityHeaders('localhost:8765');
    expect(headers['Permissions-Policy']).toContain('microphone=(self)');
    expect(headers['Permissions-Policy']).toContain('camera=()');
    expect(headers['Content-Security-Policy']).not.toMatch(/unsafe|\*|blob:|data:/);
  });
});
