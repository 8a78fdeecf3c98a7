import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type Asked, answerJson, HttpRefusal } from '../../server/index.js';
import type { KeptRecord } from '../operator-facts.js';
import type { KeptPort, KeptSound } from '../operator-port.js';
import { byteRange } from './byte-range.js';
import { type Route, route } from './route.js';

/** Of one answer; whoever wants more has the files. */
const MAX_TURNS = 1000;
const summary = z.object({
  id: z.string(),
  user: z.string().optional(),
  lane: z.string().optional(),
  language: z.string().optional(),
  startedAtMs: z.number(),
  lastAtMs: z.number(),
  turns: z.number(),
  bytes: z.number(),
});
const turn = z.object({
  turn: z.number(),
  by: z.string(),
  startedAtMs: z.number(),
  user: z.string(),
  reply: z.string(),
  heard: z.string(),
  outcome: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  trace: z.record(z.string(), z.number()),
});
const record = summary.extend({
  records: z.array(turn).describe(`The newest ${MAX_TURNS}`),
  recordings: z.array(z.object({ turn: z.number(), side: z.enum(['user', 'avatar']) })),
  damagedLines: z.number(),
});

/** Conversations that were kept, by their ids: nobody names a path. */
export function keptRoutes(kept: KeptPort): readonly Route[] {
  return [
    route({
      ...{ method: 'GET', path: '/operator/kept', need: 'operator', name: 'listKept' },
      summary: 'Kept conversations, newest first',
      query: z.object({ limit: z.coerce.number().int().min(1).max(500).optional().describe('Default 100') }),
      answer: {
        status: 200,
        description: 'Where they are kept, and which',
        json: z.object({
          store: z.string(),
          isOff: z.boolean().describe('Nothing is kept now: what is there is from before'),
          recordings: z.boolean(),
          sessions: z.array(summary),
        }),
      },
      handle: async ({ response }, { query: { limit = 100 } }) =>
        answerJson(response, 200, await kept.list(limit)),
    }),
    route({
      ...{ method: 'GET', path: '/operator/kept/:id', need: 'operator', name: 'getKept' },
      summary: 'What was said in one',
      query: z.object({ download: z.literal('1').optional().describe('As a file') }),
      answer: { status: 200, description: 'Its turns', json: record },
      handle: async (asked, { query: { download } }) => {
        const { id = '' } = asked.params;
        const found = (await kept.read(id)) ?? notThere();
        if (download === '1')
          asked.response.setHeader(
            'Content-Disposition',
            `attachment; filename="conversation-${found.id}.json"`,
          );
        answerJson(asked.response, 200, told(found));
      },
    }),
    route({
      ...{
        method: 'GET',
        path: '/operator/kept/:id/sounds/:turn/:side',
        need: 'operator',
        name: 'getKeptSound',
      },
      summary: 'The sound of one side of a turn; takes Range',
      answer: {
        status: 200,
        description: 'The sound, or with 206 a part of it',
        media: [{ type: 'audio/wav', description: 's16le mono 16 000 Hz' }],
      },
      handle: async (asked) => answerSound(asked, (await soundOf(kept, asked)) ?? notThere()),
    }),
  ];
}

function told({ records, ...rest }: KeptRecord): object {
  return { ...rest, records: records.slice(-MAX_TURNS) };
}

async function soundOf(kept: KeptPort, { params }: Asked): Promise<KeptSound | undefined> {
  const { id = '', turn = '', side } = params;
  if (!/^\d{1,9}$/.test(turn) || (side !== 'user' && side !== 'avatar')) return undefined;
  return kept.sound(id, Number(turn), side);
}

async function answerSound({ request, response, signal }: Asked, sound: KeptSound): Promise<void> {
  const range = byteRange(request.headers.range, sound.bytes);
  const headers = { 'Content-Type': 'audio/wav', 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' };
  if (range === 'none') {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${sound.bytes}`, 'Content-Length': 0 });
    response.end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: sound.bytes - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'Content-Length': to - from + 1,
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${from}-${to}/${sound.bytes}` }),
  });
  if (request.method === 'HEAD' || to < from) response.end();
  else await sent(sound.open(from, to), response, signal);
}

/** Browsers stop in the middle of a sound as they like: no fault. */
async function sent(bytes: Readable, response: Asked['response'], signal: AbortSignal): Promise<void> {
  try {
    await pipeline(bytes, response, { signal });
  } catch (error) {
    if (!signal.aborted && !response.destroyed) throw error;
  }
}

function notThere(): never {
  throw new HttpRefusal(404, 'BRIDGE_ERR_KEPT', 'Expected what a list of kept conversations told');
}
