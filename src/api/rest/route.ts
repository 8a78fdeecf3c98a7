import type { z } from 'zod';
import type { Role } from '../../access/index.js';
import { BridgeError, type Clock, type ErrorCode, type Logger } from '../../runtime/index.js';
import type { HttpEndpoint, HttpMethod } from '../../server/index.js';
import { type Asked, HttpRefusal, readJson } from '../../server/index.js';
import type { Sessions } from '../../sessions/index.js';
import type { AvatarPort, AvatarRights } from '../avatar-port.js';
import { faultOf } from '../requests.js';

export interface RestPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  readonly avatars: AvatarPort | undefined;
  readonly rights: AvatarRights;
  readonly newToken: () => string;
  readonly version: string;
}

/** What a route answers with, when it is no JSON. */
export interface MediaAnswer {
  readonly type: string;
  readonly description: string;
}

/** One route: how it is found, what it takes and gives. The document and the endpoint are made of it. */
export interface Route {
  readonly method: HttpMethod;
  /** Below /api/v1, as `/sessions/:id`. */
  readonly path: string;
  readonly need: Role | 'nobody';
  readonly costs?: 'turn';
  /** Name of the operation: a method of generated clients. */
  readonly name: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: RouteBody;
  readonly answer: RouteAnswer;
  readonly handle: (asked: Asked, input: RouteInput) => Promise<void> | void;
}

export type RouteBody =
  | { readonly json: z.ZodType; readonly maxBytes: number; readonly isOptional?: boolean }
  /** Sound in any container that the bridge reads; the handler reads it. */
  | { readonly sound: string };

export interface RouteAnswer {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  readonly json?: z.ZodType;
  readonly media?: readonly MediaAnswer[];
}

/** What came, checked. The schemas of the route say what it is. */
export interface RouteInput {
  readonly query: unknown;
  readonly body: unknown;
}

export const API_PATH = '/api/v1';

/** Keeps the types of schemas and handler together. */
export function route<
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(
  one: Omit<Route, 'query' | 'body' | 'handle'> & {
    readonly query?: Query;
    readonly body?: { readonly json: Body; readonly maxBytes: number; readonly isOptional?: boolean };
    readonly handle: (
      asked: Asked,
      input: { readonly query: z.infer<Query>; readonly body: z.infer<Body> },
    ) => Promise<void> | void;
  },
): Route {
  return one as unknown as Route;
}

/** A route whose body is sound, read by its handler. */
export function soundRoute<Query extends z.ZodObject>(
  one: Omit<Route, 'query' | 'body' | 'handle'> & {
    readonly query?: Query;
    readonly body: { readonly sound: string };
    readonly handle: (asked: Asked, input: { readonly query: z.infer<Query> }) => Promise<void> | void;
  },
): Route {
  return one as unknown as Route;
}

/** The route as the server takes it. */
export function endpointOf(one: Route, clock: Clock): HttpEndpoint {
  return {
    method: one.method,
    path: `${API_PATH}${one.path}`,
    need: one.need,
    ...(one.costs === undefined ? {} : { costs: one.costs }),
    handle: async (asked) => {
      try {
        await one.handle(asked, await inputOf(one, asked, clock));
      } catch (error) {
        throw withStatus(error);
      }
    },
  };
}

/** Of refusals that are no fault of the request's form. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  BRIDGE_ERR_ACCESS: 403,
  BRIDGE_ERR_TALK_UNKNOWN: 404,
  BRIDGE_ERR_SOUND_SIZE: 413,
};

function withStatus(error: unknown): unknown {
  if (!(error instanceof BridgeError)) return error;
  const status = STATUS_OF[error.code];
  return status === undefined ? error : new HttpRefusal(status, error.code, error.message);
}

/** @throws {HttpRefusal} 400, 413 */
async function inputOf({ query, body }: Route, asked: Asked, clock: Clock): Promise<RouteInput> {
  const given = Object.fromEntries(asked.query);
  return {
    query: query === undefined ? {} : checked('Query', query, given),
    body: body !== undefined && 'json' in body ? await bodyOf(body, asked, clock) : undefined,
  };
}

async function bodyOf(
  { json, maxBytes, isOptional = false }: Extract<RouteBody, { json: z.ZodType }>,
  asked: Asked,
  clock: Clock,
): Promise<unknown> {
  const { headers } = asked.request;
  const isEmpty =
    headers['content-length'] === '0' ||
    (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined);
  const value = isOptional && isEmpty ? {} : await readJson(asked, { clock, maxBytes });
  return checked('Body', json, value);
}

/** @throws {HttpRefusal} 400 */
function checked(what: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', `${what}: ${faultOf(parsed.error.issues)}`);
}
