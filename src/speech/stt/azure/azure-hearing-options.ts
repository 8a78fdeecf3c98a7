import type { z } from 'zod';
import {
  AZURE_HOSTS,
  addressShape,
  type EngineRow,
  keyShape,
  waitShape,
  type Zod,
} from '../../../vendor/index.js';

const FIRST_BYTE_MS = 15_000;

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('azure'),
    apiKey: keyShape(zod),
    /** Of the resource, for example japaneast. */
    region: zod
      .string()
      .regex(/^[a-z0-9]+$/, { message: 'expected a region such as japaneast' })
      .default('eastus'),
    /** Other than the region's: a container or another cloud. */
    baseUrl: addressShape(zod, '', /^wss?:$/).optional(),
    /** BCP 47, of requests that name none. */
    language: zod.string().min(2).default('en-US'),
    /** What becomes of rude words. */
    profanity: zod.enum(['masked', 'removed', 'raw']).default('raw'),
    words: zod.boolean().default(true),
    ...waitShape(zod, FIRST_BYTE_MS),
  });

export type AzureHearingOptions = z.output<ReturnType<typeof schema>>;

export const AZURE_HEARING_ROW = {
  description: 'Azure Speech over its WebSocket: partial results while somebody speaks, words with times',
  schema,
  keyEnv: 'AZURE_SPEECH_KEY',
  keyHosts: AZURE_HOSTS,
  optionEnv: { region: 'AZURE_SPEECH_REGION' },
  needsKey: true,
} satisfies EngineRow;
