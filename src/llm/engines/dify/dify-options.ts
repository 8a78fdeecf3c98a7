import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, waitShape, type Zod } from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('dify'),
    /** Of the app: it names the app as well. */
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, 'https://api.dify.ai/v1'),
    /** Whose conversations they are, where the request does not say. */
    user: zod.string().min(1).default('mmdagent-bridge'),
    /** Variables that the app defines. */
    inputs: zod.record(zod.string(), zod.unknown()).default({}),
    /** Variable of the app that is given the system prompt; left out: the app's own prompt counts alone. */
    systemInput: zod.string().min(1).optional(),
    /** Whether the app is told, with the next question, that it was cut and what of its answer was heard. */
    tellCut: zod.boolean().default(true),
    /** Whether it is given images. */
    vision: zod.boolean().default(true),
    ...waitShape(zod, 30_000),
  });

export type DifyOptions = z.output<ReturnType<typeof schema>>;

export const DIFY_ROW = {
  description: 'Dify: a chat app or agent, which keeps the conversation itself',
  schema,
  keyEnv: 'DIFY_API_KEY',
  keyHosts: /^api\.dify\.ai$/,
  needsKey: true,
} satisfies EngineRow;
