import type { z } from 'zod';
import type { EngineRow, Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('mmdagent'),
    /** Styles of the content's .ojt and .fph files, with the language of each; Plugin_Open_JTalk speaks ja, Plugin_Flite en. */
    styles: zod
      .record(zod.string().regex(/^[^|\s]{1,100}$/), zod.enum(['ja', 'en']))
      .default({ mei_voice_normal: 'ja', slt_voice_normal: 'en' }),
    /** Style that speaks when none is asked for; left out: the first of the text's language. */
    style: zod
      .string()
      .regex(/^[^|\s]{1,100}$/)
      .optional(),
    /** Milliseconds until MMDAgent-EX must have begun; it tells nothing of a style that it does not know. */
    startMs: zod.number().int().min(100).max(60_000).default(3000),
  });

export type MmdagentVoiceOptions = z.output<ReturnType<typeof schema>>;

export const MMDAGENT_VOICE_ROW = {
  description: "MMDAgent-EX's own voices (Plugin_Open_JTalk, Plugin_Flite_plus_hts_engine)",
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow<typeof schema>;
