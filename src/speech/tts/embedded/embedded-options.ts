import { z } from 'zod';

/** Options of `type: embedded`. */
export const EMBEDDED_SCHEMA = z.strictObject({
  /** Language of text that shows none by its letters and comes without one. @default 'en' */
  language: z.string().min(2).max(35).optional(),
  /** espeak-ng's voice for Japanese, with a variant. @default 'ja+steph' */
  japaneseVoice: z.string().min(1).max(60).optional(),
  /** espeak-ng's voice for English. @default 'en-us+steph' */
  englishVoice: z.string().min(1).max(60).optional(),
  /** Variant for the other languages; empty: none. @default 'steph' */
  variant: z.string().max(40).optional(),
  /** 1 is as the product has it. @default 1 */
  speed: z.number().min(0.25).max(4).optional(),
  /** 0 to 99. @default 50 */
  pitch: z.number().min(0).max(99).optional(),
  /** 0 to 99: from monotonous to lively. @default 50 */
  range: z.number().min(0).max(99).optional(),
  /** The process that speaks ends after so long without a request. @default 300000 */
  idleMs: z.number().min(1000).max(86_400_000).optional(),
});

export type EmbeddedOptions = z.infer<typeof EMBEDDED_SCHEMA>;
