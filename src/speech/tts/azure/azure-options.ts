import type { z } from 'zod';
import { AZURE_HOSTS, type EngineRow, keyShape, waitShape, type Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod
    .strictObject({
      type: zod.literal('azure'),
      apiKey: keyShape(zod),
      /** Of the resource, for example `japaneast`. */
      region: zod
        .string()
        .regex(/^[a-z0-9]+$/)
        .optional(),
      /** Address of the synthesis, instead of a region: a container, a private endpoint. */
      baseUrl: zod
        .string()
        .regex(/^wss?:\/\/[^/?#@\s]+(\/[^?#]*)?$/, { message: 'expected an address such as wss://host/path' })
        .optional(),
      /** Short name, or short name and style: `ja-JP-NanamiNeural/cheerful`. */
      voice: zod
        .string()
        .regex(/^[\w:.-]+(\/[\w-]+)?$/)
        .default('ja-JP-NanamiNeural'),
      /** 0.01 to 2: how strong a style is. */
      styleDegree: zod.number().min(0.01).max(2).optional(),
      role: zod.string().regex(/^\w+$/).optional(),
      /** Multiplied with the request's. */
      speed: zod.number().min(0.5).max(2).default(1),
      /** Per cent, higher or lower. */
      pitchPercent: zod.number().min(-50).max(50).optional(),
      sampleRateHz: zod.union([16_000, 24_000, 48_000].map((hz) => zod.literal(hz))).default(24_000),
      ...waitShape(zod),
    })
    .refine(({ region, baseUrl }) => region !== undefined || baseUrl !== undefined, {
      message: 'expected the region of the resource, such as japaneast',
      path: ['region'],
    });

export type AzureOptions = z.output<ReturnType<typeof schema>>;

export const AZURE_ROW = {
  description: 'Azure speech, with visemes and the time of every word',
  schema,
  keyEnv: 'AZURE_SPEECH_KEY',
  keyHosts: AZURE_HOSTS,
  optionEnv: { region: 'AZURE_SPEECH_REGION' },
  needsKey: true,
} satisfies EngineRow;
