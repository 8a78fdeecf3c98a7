import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, type Zod } from '../../../vendor/index.js';
import { chatShape, maxTokensShape } from '../chat-shape.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('gemini'),
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, 'https://generativelanguage.googleapis.com/v1beta'),
    /** Names with `latest` follow the newest of their kind. */
    model: zod.string().min(1).default('gemini-flash-latest'),
    /** The longest answer, thoughts included. Left out: the model's own limit. */
    maxTokens: maxTokensShape(zod).optional(),
    /** How long it thinks first; for a conversation as little as it takes. Left out: the model's own. Gemini 3 and newer. */
    thinkingLevel: zod.enum(['minimal', 'low', 'medium', 'high']).optional(),
    /** The same in tokens, for Gemini 2.5: 0 is not at all, -1 as it sees fit. */
    thinkingBudget: zod.number().int().min(-1).optional(),
    ...chatShape(zod),
  });

export type GeminiOptions = z.output<ReturnType<typeof schema>>;

export const GEMINI_ROW = {
  description: 'Google Gemini through its own generateContent',
  schema,
  keyEnv: 'GEMINI_API_KEY',
  keyHosts: /^generativelanguage\.googleapis\.com$/,
  needsKey: true,
} satisfies EngineRow;
