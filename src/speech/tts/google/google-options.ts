import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, waitShape, type Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod
    .strictObject({
      type: zod.literal('google'),
      apiKey: keyShape(zod),
      /** An OAuth token instead of a key, as `gcloud auth print-access-token` gives; it lasts an hour. */
      accessToken: keyShape(zod),
      /** Project that is billed, where the token does not say. */
      project: zod.string().min(1).optional(),
      baseUrl: addressShape(zod, 'https://texttospeech.googleapis.com'),
      /** As its list names them, for example `ja-JP-Neural2-B`. Left out: Google's choice for the language. */
      voice: zod.string().min(1).optional(),
      /** Of texts whose request names none. */
      language: zod.string().min(2).default('ja-JP'),
      /** Multiplied with the request's. */
      speed: zod.number().min(0.25).max(2).default(1),
      /** Semitones. */
      pitch: zod.number().min(-20).max(20).optional(),
      volumeGainDb: zod.number().min(-96).max(16).optional(),
      sampleRateHz: zod.number().int().min(8000).max(48_000).default(24_000),
      /**
       * `words`: each word is marked in SSML and its time told (interface v1beta1). Marks may change how words are read, Japanese
       * compounds above all; voices without SSML (Chirp) refuse them.
       */
      timings: zod.enum(['nothing', 'words']).default('nothing'),
      ...waitShape(zod),
    })
    .refine(({ apiKey, accessToken }) => apiKey === undefined || accessToken === undefined, {
      message: 'expected apiKey or accessToken, got both',
    });

export type GoogleOptions = z.output<ReturnType<typeof schema>>;

export const GOOGLE_ROW = {
  description: 'Google Cloud Text-to-Speech',
  schema,
  keyEnv: 'GOOGLE_API_KEY',
  keyHosts: /^([a-z0-9-]+-)?texttospeech\.googleapis\.com$/,
  needsKey: true,
} satisfies EngineRow;
