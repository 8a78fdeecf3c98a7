import { z } from 'zod';

/** The newest recording that is understood. */
export const NEWEST_VERSION = 2;

const ms = z.number();
const text = z.string();
const at = { atMs: ms };

const LINE = z.discriminatedUnion('kind', [
  z.object({
    ...at,
    kind: z.literal('begin'),
    version: z.number().int().min(1).default(1),
    lane: text,
    model: text.optional(),
    wallMs: ms.min(-8.64e15).max(8.64e15),
    monotonicMs: ms.optional(),
  }),
  z.object({ ...at, kind: z.literal('clock'), wallMs: ms.min(-8.64e15).max(8.64e15) }),
  z.object({ ...at, kind: z.literal('sound'), soundMs: ms.min(0), heardAtMs: ms.optional() }),
  z.object({ ...at, kind: z.enum(['sent', 'received', 'echo']), soundMs: ms.min(0), text }),
  z.object({
    ...at,
    kind: z.literal('started'),
    utterance: z.number(),
    source: z.enum(['recorded', 'live', 'file']),
    model: text,
    heardAtMs: ms,
  }),
  z.object({
    ...at,
    kind: z.literal('ended'),
    utterance: z.number(),
    reason: z.enum(['completed', 'interrupted', 'failed']),
    heardMs: ms,
    heardToMs: ms,
    error: text.optional(),
  }),
  z.object({ ...at, kind: z.literal('state'), status: text }),
  z.object({ ...at, kind: z.literal('lost'), lostLines: z.number(), lostSoundMs: ms }),
  z.object({ ...at, kind: z.literal('end'), soundMs: ms.min(0) }),
]);

/**
 * A line of messages.jsonl, of any version. Times count from the beginning of the recording; what older versions did not write is
 * undefined.
 */
export type SessionLine = z.infer<typeof LINE>;
export type BeginLine = Extract<SessionLine, { readonly kind: 'begin' }>;

/** The line, or why it is none. */
export function parseSessionLine(json: string): { readonly line: SessionLine } | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { fault: 'not JSON' };
  }
  const version = newerVersion(value);
  if (version !== undefined)
    return { fault: `recording version ${version}, made by a newer mmdagent-bridge: update this one` };
  const parsed = LINE.safeParse(value);
  if (parsed.success) return { line: parsed.data };
  const [issue] = parsed.error.issues;
  return { fault: `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not understood'}` };
}

function newerVersion(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
  const { version } = value;
  return typeof version === 'number' && version > NEWEST_VERSION ? version : undefined;
}
