import type { z } from 'zod';
import {
  addressShape,
  type EngineRow,
  keyShape,
  OPENAI_BASE_URL,
  OPENAI_HOSTS,
  waitShape,
  type Zod,
} from '../../../vendor/index.js';

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('openai'),
    /** Left out: none is sent, which only servers of one's own take. */
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, OPENAI_BASE_URL),
    model: zod.string().min(1).default('gpt-4o-mini-tts'),
    voice: zod.string().min(1).default('alloy'),
    instructions: zod.string().min(1).optional(),
    /** Multiplied with the request's. */
    speed: zod.number().min(0.25).max(4).default(1),
    /** What is asked for; some compatible servers know only `wav` or `mp3`. */
    format: zod.enum(['pcm', 'wav', 'mp3', 'opus', 'flac']).default('pcm'),
    /** Rate of `pcm`, which has no header; what MP3 and others are decoded to. OpenAI: 24 000. */
    sampleRateHz: zod.number().int().min(4000).max(192_000).default(24_000),
    ...waitShape(zod),
  });

export type OpenAiOptions = z.output<ReturnType<typeof schema>>;

export const OPENAI_ROW = {
  description:
    'OpenAI speech, or any server with its /audio/speech (Kokoro-FastAPI, LocalAI, openedai-speech …)',
  schema,
  keyEnv: 'OPENAI_API_KEY',
  keyHosts: OPENAI_HOSTS,
  isOpenElsewhere: true,
  needsKey: true,
} satisfies EngineRow;
