import { describe, expect, it } from 'vitest';
import { AvatarRights } from '../../../src/api/avatar-port.js';
import { createApi } from '../../../src/api/index.js';
import { NOTES, REQUESTS } from '../../../src/api/messages-in.js';
import { CONNECTION_FRAMES, LANE_EVENTS, SESSION_EVENTS } from '../../../src/api/messages-out.js';
import { routesOf } from '../../../src/api/rest/http-endpoints.js';
import { openApiOf } from '../../../src/api/rest/openapi.js';
import { FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { FakeAvatars } from '../../support/api/fake-avatars.js';
import { FakeSessions } from '../../support/api/fake-sessions.js';

interface Json {
  readonly [name: string]: Json;
}

const ports = {
  clock: new FakeClock(),
  logger: SILENT_LOGGER,
  sessions: new FakeSessions(),
  avatars: new FakeAvatars(),
  rights: new AvatarRights(),
  newToken: () => 'token',
  version: '1.2.3',
  comments: { submit: () => [] },
};
const routes = routesOf(ports);
const document = JSON.parse(JSON.stringify(openApiOf(routes, '1.2.3'))) as Json;
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

function operations(): { readonly path: string; readonly method: string; readonly operation: Json }[] {
  return Object.entries(document['paths'] as Json).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Every object below. */
function nodes(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(nodes)];
}

describe('The OpenAPI document', () => {
  it('is of version 3.1, with a title and the version of the program', () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(document['info']).toMatchObject({ title: 'mmdagent-bridge', version: '1.2.3' });
  });

  it('names every endpoint that there is, and no other', () => {
    const { http } = createApi({ ...ports, version: '1.2.3' });
    const registered = http.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const named = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(named.toSorted()).toEqual(registered.toSorted());
    expect(named).toContain('POST /api/v1/sessions/{id}/ask');
    expect(named).toContain('POST /api/v1/comments');
  });

  it('leaves out comments where nobody reads them', () => {
    const { comments: _, ...without } = ports;
    expect(routesOf(without).map(({ path }) => path)).not.toContain('/comments');
  });

  it('has a method, a unique name, a summary and a described answer for each operation', () => {
    const names = operations().map(({ method, operation }) => {
      expect(METHODS).toContain(method);
      expect(String(operation['summary'])).not.toBe('undefined');
      const statuses = Object.entries(operation['responses'] as Json);
      expect(statuses.length).toBeGreaterThan(1);
      for (const [status, response] of statuses) {
        expect(status).toMatch(/^[245]\d\d$/);
        expect(typeof response['description']).toBe('string');
      }
      return String(operation['operationId']);
    });
    expect(new Set(names).size).toBe(names.length);
  });

  it('declares each parameter of a path once, as required, and each body with its kind', () => {
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = ((operation['parameters'] ?? []) as unknown as Json[]).filter(
        (one) => String(one['in']) === 'path',
      );
      expect(declared.map((one) => String(one['name']))).toEqual(inPath);
      for (const one of declared) expect(one).toMatchObject({ required: true, schema: { type: 'string' } });
      const body = operation['requestBody'];
      if (body !== undefined) expect(Object.keys(body['content'] as Json).length).toBeGreaterThan(0);
    }
  });

  it('refers to nothing that is not there', () => {
    const refs = nodes(document)
      .map((one): unknown => one['$ref'])
      .filter((ref) => typeof ref === 'string');
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of refs) {
      expect(ref.startsWith('#/')).toBe(true);
      const found = ref
        .slice(2)
        .split('/')
        .reduce<Json | undefined>((at, name) => at?.[name], document);
      expect(found, ref).toBeDefined();
    }
  });

  it('tells the bounds that requests are checked with', () => {
    const ask = operations().find(({ operation }) => String(operation['operationId']) === 'ask');
    const schema = JSON.stringify(ask?.operation['requestBody']);
    expect(schema).toContain('"maxLength":10000');
    expect(schema).toContain('"maxItems":4');
    expect(schema).toContain('"additionalProperties":false');
    expect(ask?.operation['x-role']).toBe('visitor');
  });

  it('has a schema of every frame of the WebSocket', () => {
    const schemas = Object.keys((document['components'] as Json)['schemas'] as Json);
    const expected = [
      ...Object.keys(REQUESTS).flatMap((name) => [`WebSocketRequest_${name}`, `WebSocketResult_${name}`]),
      ...Object.keys(NOTES).map((name) => `WebSocketNote_${name}`),
      ...[...Object.keys(SESSION_EVENTS), ...Object.keys(LANE_EVENTS)].map(
        (name) => `WebSocketEvent_${name}`,
      ),
      ...Object.keys(CONNECTION_FRAMES).map((name) => `WebSocketFrame_${name}`),
      'Error',
    ];
    expect(schemas.toSorted()).toEqual(expected.toSorted());
    for (const name of schemas) expect(name).toMatch(/^[\w.-]+$/);
  });
});
