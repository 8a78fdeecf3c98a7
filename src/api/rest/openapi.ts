import { z } from 'zod';
import { NOTES, REQUESTS } from '../messages-in.js';
import { CONNECTION_FRAMES, LANE_EVENTS, SESSION_EVENTS } from '../messages-out.js';
import { API_PATH, type Route, type RouteBody } from './route.js';

type Json = Readonly<Record<string, unknown>>;

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'What came is none of it',
  401: 'No key, or a wrong one',
  403: 'The key or the origin does not allow this',
  404: 'There is no such thing of this caller',
  409: 'It is busy, and the request said not to wait',
  413: 'Too large',
  429: 'Too much; Retry-After tells when again',
  503: 'Not now: too many at a time, or what it needs is away',
};

/** OpenAPI 3.1 of these routes, out of the schemas that check what comes. */
export function openApiOf(routes: readonly Route[], version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'mmdagent-bridge',
      version,
      description:
        'Sessions, avatars and speech. The WebSocket is at /api/v1/ws; its frames are the schemas WebSocket….',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }, { cookie: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'bridge_visitor' },
      },
      schemas: { Error: schemaOf(errorBody), ...frameSchemas() },
    },
  };
}

const errorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function pathsOf(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routes) {
    const path = `${API_PATH}${one.path}`.replace(/:(\w+)/g, '{$1}');
    const operations = paths[path] ?? {};
    operations[one.method.toLowerCase()] = operationOf(one);
    paths[path] = operations;
  }
  return paths;
}

function operationOf(one: Route): Json {
  const parameters = [...pathParameters(one), ...queryParameters(one)];
  return {
    operationId: one.name,
    summary: one.summary,
    'x-role': one.need,
    ...(one.need === 'nobody' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.body === undefined ? {} : { requestBody: bodyOf(one.body) }),
    responses: responsesOf(one),
  };
}

function pathParameters({ path }: Route): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    ...{ name, in: 'query', required: !(schema as z.ZodType).safeParse(undefined).success },
    schema: schemaOf(schema as z.ZodType),
  }));
}

function bodyOf(body: RouteBody): Json {
  if ('sound' in body)
    return {
      description: body.sound,
      required: true,
      content: { 'application/octet-stream': {}, 'audio/*': {} },
    };
  return {
    required: body.isOptional !== true,
    content: { 'application/json': { schema: schemaOf(body.json) } },
  };
}

function responsesOf({ answer, need, body, path }: Route): Json {
  const content: Record<string, Json> = {};
  if (answer.json !== undefined) content['application/json'] = { schema: schemaOf(answer.json) };
  for (const { type } of answer.media ?? []) content[type] = {};
  const notes = (answer.media ?? []).map(({ type, description }) => `${type}: ${description}`);
  const refused = Object.keys(REFUSALS).filter(
    (status) =>
      (need !== 'nobody' || !['401', '403'].includes(status)) &&
      (body !== undefined || !['413'].includes(status)) &&
      (path.includes(':') || status !== '404'),
  );
  return {
    [String(answer.status)]: { description: [answer.description, ...notes].join('. '), content },
    ...Object.fromEntries(refused.map((status) => [status, refusal(status)])),
  };
}

function refusal(status: string): Json {
  return {
    description: REFUSALS[status],
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

/** What goes over the WebSocket, for readers and generators of clients. */
function frameSchemas(): Json {
  const requests = Object.entries(REQUESTS).map(([type, { params }]) => [
    `WebSocketRequest_${type}`,
    withFields(params, { type: z.literal(type), id: z.number().int().min(1) }),
  ]);
  const results = Object.entries(REQUESTS).map(([type, { result }]) => [
    `WebSocketResult_${type}`,
    schemaOf(result),
  ]);
  const notes = Object.entries(NOTES).map(([type, note]) => [`WebSocketNote_${type}`, schemaOf(note)]);
  const told = { seq: z.number().int(), channel: z.number().int() };
  const events = Object.entries(SESSION_EVENTS).map(([type, event]) => [
    `WebSocketEvent_${type}`,
    withFields(event, { type: z.literal(type), ...told }),
  ]);
  const lanes = Object.entries(LANE_EVENTS).map(([type, event]) => [
    `WebSocketEvent_${type}`,
    withFields(event, { type: z.literal(type), seq: told.seq }),
  ]);
  const frames = Object.entries(CONNECTION_FRAMES).map(([type, frame]) => [
    `WebSocketFrame_${type}`,
    schemaOf(frame),
  ]);
  return Object.fromEntries([...requests, ...results, ...notes, ...events, ...lanes, ...frames]) as Json;
}

function withFields(schema: z.ZodType, fields: z.ZodRawShape): Json {
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  return schemaOf(z.object({ ...shape, ...fields }));
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return json;
}
