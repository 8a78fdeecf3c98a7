import type { z } from 'zod';
import { addressShape, type EngineRow, keyShape, type Zod } from '../../../vendor/index.js';
import { chatShape, maxTokensShape } from '../chat-shape.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('anthropic'),
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, 'https://api.anthropic.com'),
    /** Names without a date follow the newest of their kind. */
    model: zod.string().min(1).default('claude-haiku-4-5'),
    /** The longest answer, thoughts included; the interface wants it said. */
    maxTokens: maxTokensShape(zod).default(1024),
    /**
     * Thinking before the answer: `adaptive` as the model sees fit, `disabled`, or a budget in tokens (older models), less than
     * maxTokens. Left out: the model's own.
     */
    thinking: zod.union([zod.enum(['adaptive', 'disabled']), zod.number().int().min(1024)]).optional(),
    ...chatShape(zod),
  });

export type AnthropicOptions = z.output<ReturnType<typeof schema>>;

export const ANTHROPIC_ROW = {
  description: 'Anthropic (Claude) through its own Messages API',
  schema,
  keyEnv: 'ANTHROPIC_API_KEY',
  keyHosts: /^api\.anthropic\.com$/,
  isOpenElsewhere: true,
  needsKey: true,
} satisfies EngineRow;
