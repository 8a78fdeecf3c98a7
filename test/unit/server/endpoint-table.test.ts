import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpEndpoint } from '../../../src/server/endpoint.js';
import { HttpTable } from '../../../src/server/endpoint-table.js';

function endpoint(method: HttpEndpoint['method'], path: string): HttpEndpoint {
  return { method, path, need: 'visitor', handle: () => {} };
}

describe('Endpoints by path', () => {
  const table = new HttpTable([
    endpoint('GET', '/api/sessions'),
    endpoint('POST', '/api/sessions'),
    endpoint('GET', '/api/sessions/:id'),
    endpoint('DELETE', '/api/sessions/:id'),
    endpoint('GET', '/api/sessions/live'),
    endpoint('POST', '/api/sessions/:id/say'),
  ]);

  it.each([
    ['GET', '/api/sessions', '/api/sessions', {}],
    ['HEAD', '/api/sessions', '/api/sessions', {}],
    ['GET', '/api/sessions/7', '/api/sessions/:id', { id: '7' }],
    ['GET', '/api/sessions/live', '/api/sessions/live', {}],
    ['POST', '/api/sessions/a%20b/say', '/api/sessions/:id/say', { id: 'a b' }],
  ])('finds %s %s', (method, path, wanted, params) => {
    expect(table.find(method, path)).toMatchObject({ endpoint: { path: wanted }, params });
  });

  it('tells which methods there are at a path that has another', () => {
    expect(table.find('PUT', '/api/sessions')).toEqual({ allowed: 'GET, HEAD, POST' });
    expect(table.find('POST', '/api/sessions/7')).toEqual({ allowed: 'GET, HEAD, DELETE' });
  });

  it.each([
    '/api/session',
    '/api/sessions/',
    '/api/sessions//say',
    '/api/sessions/%zz',
    '/api/sessions/7/say/',
    '/API/sessions',
    '/__proto__',
    '/constructor',
    '',
  ])('finds nothing at %j', (path) => {
    expect(table.find('GET', path)).toBeUndefined();
    expect(table.has(path)).toBe(false);
  });

  it('gives every name one whole segment, decoded, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const id = Buffer.from(name).toString('utf8');
        const found = table.find('POST', `/api/sessions/${encodeURIComponent(id)}/say`);
        expect(found).toMatchObject({ params: { id } });
      }),
    );
  });

  it('refuses two endpoints of one method and path', () => {
    expect(() => new HttpTable([endpoint('GET', '/a/:x'), endpoint('GET', '/a/:x')])).toThrow(
      /Two endpoints/,
    );
  });
});
