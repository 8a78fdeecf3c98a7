import { z } from 'zod';
import type { RequestName } from '../control/index.js';

const lane = z.string().min(1).max(80).optional();
const streamId = z.number().int().min(1).max(0xffff_ffff);
const model = z.string().min(1).max(64).optional();
const ifBusy = z.enum(['queue', 'interrupt', 'fail']).optional();
const timeoutMs = z.number().min(0).max(86_400_000).optional();
const positionMs = z.number().min(0).max(86_400_000);
const effect = z.enum(['auto', 'message', 'lipsync', 'exmorph']).optional();
const line = z.string().min(1).max(4000);

/** What each request must look like; everything else is refused before it is looked at. */
export const REQUEST_SCHEMAS = {
  hello: z.strictObject({
    version: z.number().int(),
    client: z.string().max(200),
    key: z.string().max(1000).optional(),
    resume: z.strictObject({ session: z.string().max(100), seq: z.number().int().min(0) }).optional(),
    resumeMs: z.number().min(0).max(60_000).optional(),
  }),
  status: z.strictObject({}),
  ensureLinks: z.strictObject({ links: z.array(z.string().min(1).max(500)).max(100) }),
  send: z.strictObject({ lane, message: line, timeoutMs, actAtMs: z.number().optional(), kind: effect }),
  clock: z.strictObject({}),
  open: z.strictObject({
    lane,
    kind: z.enum(['recorded', 'live']),
    mode: z.enum(['stream', 'file']).optional(),
    model,
    leadMs: z.number().min(0).max(2000).optional(),
    lips: z.enum(['peer', 'own']).optional(),
    ifBusy,
    readyTimeoutMs: timeoutMs,
  }),
  end: z.strictObject({ stream: streamId }),
  interrupt: z.strictObject({ stream: streamId.optional(), lane }),
  tie: z.strictObject({
    stream: streamId,
    atMs: positionMs,
    message: line.optional(),
    exMorph: z.record(z.string().min(1).max(100), z.number().min(0).max(1)).optional(),
    kind: effect,
  }),
  speakFile: z.strictObject({
    lane,
    file: z.string().min(1).max(1800),
    durationMs: z.number().min(1).max(60_000),
    model,
    ifBusy,
    readyTimeoutMs: timeoutMs,
    temporaryFile: z.string().min(1).max(4000).optional(),
  }),
  subscribe: z.strictObject({
    topics: z.array(z.enum(['lanes', 'links', 'messages', 'streams', 'levels'])).max(10),
  }),
  metrics: z.strictObject({}),
  tap: z.strictObject({ lane: z.string().min(1).max(80) }),
  untap: z.strictObject({ tap: z.number().int() }),
  closeLink: z.strictObject({ link: z.string().min(1).max(80), force: z.boolean().optional() }),
  stop: z.strictObject({ force: z.boolean().optional() }),
} as const satisfies Record<RequestName, z.ZodType>;
