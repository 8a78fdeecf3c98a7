import type { z } from 'zod';
import { type EngineRow, keyShape, urlShape, waitShape, type Zod } from '../../../vendor/index.js';

const FIRST_BYTE_MS = 60_000;
const POINTER = /^(?:\/(?:[^~/]|~0|~1)*)*$/;

const schema = (zod: Zod) => {
  const pointer = zod.string().regex(POINTER, { message: 'expected a JSON pointer such as /result/text' });
  return zod.strictObject({
    type: zod.literal('http'),
    /** Whole address; its query may hold {language}. */
    url: urlShape(zod),
    method: zod.enum(['POST', 'PUT']).default('POST'),
    /** Values may hold {key} and {language}. */
    headers: zod.record(zod.string().regex(/^[\w-]+$/), zod.string()).default({}),
    /** What {key} stands for. */
    apiKey: keyShape(zod),
    /** How the sound goes: as a form with a file, or alone. */
    body: zod.enum(['multipart', 'raw']).default('multipart'),
    /** Name of the file's field in a form. */
    fileField: zod.string().min(1).default('file'),
    /** Other fields of a form; values may hold {key}, {language} and {hints}. */
    fields: zod.record(zod.string().min(1), zod.string()).default({}),
    /** What the sound is: a WAV file, or samples alone (s16le mono 16 kHz). */
    sound: zod.enum(['wav', 'pcm']).default('wav'),
    /** JSON pointer to the text in the answer; empty: the answer is the text. */
    text: pointer.default('/text'),
    confidence: pointer.optional(),
    /** Language of requests that name none; what {language} stands for then. */
    language: zod.string().optional(),
    maxSeconds: zod.number().int().min(1).max(3600).default(300),
    ...waitShape(zod, FIRST_BYTE_MS),
  });
};

export type HttpHearingOptions = z.output<ReturnType<typeof schema>>;

export const HTTP_HEARING_ROW = {
  description: 'Any server that takes a sound by HTTP and answers with its text, as described in the config',
  schema,
  keyEnv: undefined,
  needsKey: false,
} satisfies EngineRow;
