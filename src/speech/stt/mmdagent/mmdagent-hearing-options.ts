import type { z } from 'zod';
import type { EngineRow, Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('mmdagent'),
    /** Of its dictation kit; for messages only. */
    language: zod.string().min(2).default('ja'),
    /** How long after the end of the sound MMDAgent-EX may still begin to hear, ms. */
    startMs: zod.number().int().min(0).max(60_000).default(1000),
    /** How long it may think about what it has begun to hear, ms. */
    thinkMs: zod.number().int().min(100).max(120_000).default(15_000),
  });

export type MmdagentHearingOptions = z.output<ReturnType<typeof schema>>;

export const MMDAGENT_HEARING_ROW = {
  description: "MMDAgent-EX's own speech recognition (Plugin_Julius), on what its machine hears",
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;
