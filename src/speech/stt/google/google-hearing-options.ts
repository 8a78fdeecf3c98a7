import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, waitShape, type Zod } from '../../../vendor/index.js';

const FIRST_BYTE_MS = 60_000;

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('google'),
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, 'https://speech.googleapis.com/v1'),
    /** BCP 47, of requests that name none. */
    language: zod.string().min(2).default('en-US'),
    /** Others that may come, at most three. */
    otherLanguages: zod.array(zod.string().min(2)).max(3).default([]),
    /** `latest_short`, `latest_long`, `command_and_search` …; left out: Google chooses. */
    model: zod.string().min(1).optional(),
    words: zod.boolean().default(true),
    ...waitShape(zod, FIRST_BYTE_MS),
  });

export type GoogleHearingOptions = z.output<ReturnType<typeof schema>>;

export const GOOGLE_HEARING_ROW = {
  description: 'Google Cloud Speech-to-Text v1, up to a minute at once, with words and times',
  schema,
  keyEnv: 'GOOGLE_API_KEY',
  keyHosts: /^([a-z0-9-]+-)?speech\.googleapis\.com$/,
  needsKey: true,
} satisfies EngineRow;
