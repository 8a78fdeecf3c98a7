import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, waitShape, type Zod } from '../../../vendor/index.js';

const share = (zod: Zod) => zod.number().min(0).max(1).optional();

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('elevenlabs'),
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, 'https://api.elevenlabs.io'),
    /** Id of a voice; the default is the one of the vendor's own examples. */
    voice: zod
      .string()
      .regex(/^[\w-]+$/)
      .default('JBFqnCBsd6RMkjVDRZzb'),
    model: zod.string().min(1).default('eleven_multilingual_v2'),
    /** Multiplied with the request's; ElevenLabs takes 0.7 to 1.2 in all. */
    speed: zod.number().min(0.7).max(1.2).default(1),
    stability: share(zod),
    similarityBoost: share(zod),
    style: share(zod),
    speakerBoost: zod.boolean().optional(),
    seed: zod.number().int().min(0).max(4_294_967_295).optional(),
    /** 44 100 needs a larger plan. */
    sampleRateHz: zod.union([16_000, 22_050, 24_000, 44_100].map((hz) => zod.literal(hz))).default(24_000),
    ...waitShape(zod),
  });

export type ElevenLabsOptions = z.output<ReturnType<typeof schema>>;

export const ELEVENLABS_ROW = {
  description: 'ElevenLabs, with the time of every character',
  schema,
  keyEnv: 'ELEVENLABS_API_KEY',
  keyHosts: /^api\.([a-z.]+\.)?elevenlabs\.io$/,
  needsKey: true,
} satisfies EngineRow;
