import { z } from 'zod';
import { answerJson } from '../../server/index.js';
import type { CommentsPort, OperatorPort } from '../operator-port.js';
import { keptRoutes } from './kept-routes.js';
import { type Route, route } from './route.js';

const SMALL_BYTES = 4096;
const times = z
  .record(z.string(), z.number())
  .describe('Milliseconds after the words were complete, by stage');
const turn = z.object({
  endedAtMs: z.number(),
  protocol: z.string(),
  session: z.string().optional(),
  turn: z.number(),
  by: z.string(),
  outcome: z.string(),
  trace: times,
});
const setting = z.object({
  key: z.string(),
  value: z.unknown().describe('Secrets are masked'),
  origin: z.string(),
  flag: z.string().optional(),
  env: z.string(),
});
const settings = z.object({
  file: z.string().optional().describe('Name of the settings file'),
  settings: z.array(setting),
  personas: z.array(z.object({ name: z.string(), isStandard: z.boolean() })),
  reload: z.object({
    takenAtMs: z.number().optional(),
    refused: z.object({ atMs: z.number(), reason: z.string() }).optional(),
  }),
});
const comment = z.object({ source: z.string(), author: z.string(), text: z.string() });
const comments = z.object({
  isPaused: z.boolean(),
  waiting: z.number(),
  asking: comment.optional(),
  sources: z.array(
    z.object({ name: z.string(), type: z.string(), state: z.string(), reason: z.string().optional() }),
  ),
  counts: z.object({
    accepted: z.number(),
    asked: z.number(),
    answered: z.number(),
    dropped: z.record(z.string(), z.number()),
  }),
  drops: z.array(comment.extend({ reason: z.string(), atMs: z.number() })),
});

/** What the console shows besides sessions and avatars. */
export function operatorRoutes(operator: OperatorPort): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/operator/settings', need: 'operator', name: 'getSettings' },
      summary: 'Every setting with where it came from, secrets masked; personas, and what became of changes',
      answer: { status: 200, description: 'All of them', json: settings },
      handle: async ({ response }) => answerJson(response, 200, await operator.settings()),
    }),
    route({
      ...{ method: 'GET', path: '/operator/turns', need: 'operator', name: 'listTurns' },
      summary: 'How long the newest turns took, stage by stage; nothing that was said',
      answer: { status: 200, description: 'At most 500', json: z.object({ turns: z.array(turn) }) },
      handle: ({ response }) => answerJson(response, 200, { turns: operator.turns() }),
    }),
    ...keptRoutes(operator.kept),
    ...(operator.comments === undefined ? [] : commentsRoutes(operator.comments)),
  ];
}

function commentsRoutes(port: CommentsPort): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/operator/comments', need: 'operator', name: 'getComments' },
      summary: 'How the queue of comments stands, and what was dropped',
      answer: { status: 200, description: 'Its state', json: comments },
      handle: ({ response }) => answerJson(response, 200, port.status()),
    }),
    route({
      ...{ method: 'PUT', path: '/operator/comments', need: 'operator', name: 'pauseComments' },
      summary: 'Whether the queue rests',
      body: { json: z.strictObject({ isPaused: z.boolean() }), maxBytes: SMALL_BYTES },
      answer: { status: 200, description: 'Its state', json: comments },
      handle: ({ response }, { body }) => {
        port.setPaused(body.isPaused);
        answerJson(response, 200, port.status());
      },
    }),
  ];
}
