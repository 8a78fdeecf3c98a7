import { z } from 'zod';
import { answerJson } from '../../server/index.js';
import { API_FEATURES, API_LIMITS, API_VERSIONS } from '../protocol.js';
import { type RestPorts, type Route, route } from './route.js';

const limits = z.record(z.string(), z.number());

/** What this server is. @param document - of all routes, made when it is asked for. */
export function infoRoutes({ sessions, version }: RestPorts, document: () => object): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '', need: 'nobody', name: 'getInfo' },
      summary: 'Versions of the protocol, features and limits',
      answer: {
        status: 200,
        description: 'What this server speaks',
        json: z.object({
          name: z.string(),
          version: z.string(),
          versions: z.array(z.number()),
          features: z.array(z.string()),
          limits,
          webSocket: z.string(),
          openapi: z.string(),
        }),
      },
      handle: ({ response }) =>
        answerJson(response, 200, {
          name: 'mmdagent-bridge',
          version,
          versions: API_VERSIONS,
          features: API_FEATURES,
          limits: API_LIMITS,
          webSocket: '/api/v1/ws',
          openapi: '/api/v1/openapi.json',
        }),
    }),
    route({
      ...{ method: 'GET', path: '/openapi.json', need: 'nobody', name: 'getOpenApi' },
      summary: 'This document',
      answer: { status: 200, description: 'OpenAPI 3.1', json: z.record(z.string(), z.unknown()) },
      handle: ({ response }) => answerJson(response, 200, document()),
    }),
    route({
      ...{ method: 'GET', path: '/personas', need: 'visitor', name: 'listPersonas' },
      summary: 'With whom a session may be opened',
      answer: { status: 200, description: 'Their names', json: z.object({ personas: z.array(z.string()) }) },
      handle: ({ response }) => answerJson(response, 200, { personas: sessions.personas }),
    }),
  ];
}
