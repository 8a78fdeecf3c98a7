import type { z } from 'zod';
import type { EngineRow, Zod } from '../../../vendor/index.js';
import { espeakShape } from '../embedded/embedded-options.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('espeak-ng'),
    /** The program; a bare name is looked for on PATH. */
    program: zod.string().min(1).default('espeak-ng'),
    ...espeakShape(zod),
  });

export type EspeakNgOptions = z.output<ReturnType<typeof schema>>;

export const ESPEAK_NG_ROW = {
  description: 'the program espeak-ng: any language, no network',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow<typeof schema>;
