import type { z } from 'zod';
import type { EngineRow, Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('embedded'),
    ...espeakShape(zod),
    /** From monotonous to lively. */
    range: zod.number().min(0).max(99).default(50),
    /** The process that speaks ends after so many milliseconds without a request. */
    restMs: zod.number().int().min(1000).max(86_400_000).default(300_000),
  });

/** How espeak-ng shall sound, however it is reached. */
export function espeakShape(zod: Zod) {
  const voice = zod
    .string()
    .regex(/^[\w/ ().,'-]+(\+[\w -]+)?$/, { message: 'expected a voice such as ja or ja+f2' });
  return {
    /** BCP 47, of text that comes without a language and shows none by its letters. */
    language: zod
      .string()
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, { message: 'expected a language such as ja or en-GB' })
      .default('en'),
    /**
     * espeak-ng's voice for Japanese, with a variant that makes it sound otherwise. Of the women's voices f5 is the one that a network
     * trained on other voices understands best (79 % of frames) and that stays furthest from clipping.
     */
    japaneseVoice: voice.default('ja+f5'),
    englishVoice: voice.default('en-us+f5'),
    /** Variant for the other languages; empty: none. */
    variant: zod
      .string()
      .regex(/^[\w -]{0,40}$/)
      .default('f5'),
    /** Multiplied with the request's. */
    speed: zod.number().min(0.25).max(4).default(1),
    pitch: zod.number().min(0).max(99).default(50),
  };
}

export type EmbeddedOptions = z.output<ReturnType<typeof schema>>;

export const EMBEDDED_ROW = {
  description: 'espeak-ng inside the product: any language, exact lips, no network',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow<typeof schema>;
