import type { z } from 'zod';
import { addressShape, type EngineRow, waitShape, type Zod } from '../../../vendor/index.js';

const number = (zod: Zod, min: number, max: number) => zod.number().min(min).max(max).optional();

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('style-bert-vits2'),
    /** @source Style-Bert-VITS2 default_config.yml, server.port */
    baseUrl: addressShape(zod, 'http://127.0.0.1:5000'),
    /** Number or folder name of the model. */
    model: zod.union([zod.number().int().nonnegative(), zod.string().min(1)]).default(0),
    speaker: zod.union([zod.number().int().nonnegative(), zod.string().min(1)]).default(0),
    style: zod.string().min(1).optional(),
    styleWeight: number(zod, 0, 100),
    /** Of texts whose request names none. */
    language: zod.enum(['JP', 'EN', 'ZH']).default('JP'),
    /** Multiplied with the request's. */
    speed: zod.number().min(0.25).max(4).default(1),
    sdpRatio: number(zod, 0, 1),
    noise: number(zod, 0, 2),
    noisew: number(zod, 0, 2),
    assistText: zod.string().min(1).optional(),
    assistTextWeight: number(zod, 0, 1),
    ...waitShape(zod, 60_000),
  });

export type Sbv2Options = z.output<ReturnType<typeof schema>>;

export const SBV2_ROW = {
  description: 'Style-Bert-VITS2 (server_fastapi.py): Japanese, English, Chinese',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;
