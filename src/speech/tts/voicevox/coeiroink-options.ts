import type { z } from 'zod';
import { addressShape, type EngineRow, waitShape, type Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('coeiroink'),
    baseUrl: addressShape(zod, 'http://127.0.0.1:50032'),
    /** A style's number, or `speaker uuid:number` where several speakers share one, or a speaker's name, or `name/style`. */
    speaker: zod.union([zod.number().int().nonnegative(), zod.string().min(1)]).default(0),
    /** Multiplied with the request's. */
    speed: zod.number().min(0.5).max(2).default(1),
    ...waitShape(zod, 60_000),
  });

export type CoeiroinkOptions = z.output<ReturnType<typeof schema>>;

export const COEIROINK_ROW = {
  description: 'COEIROINK v2 engine: Japanese, exact lips',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;
