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

/** Whisper on a machine of one's own may think for a while. */
const FIRST_BYTE_MS = 60_000;

const schema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('openai'),
    /** Left out: none is sent, which only servers of one's own take. */
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, OPENAI_BASE_URL),
    model: zod.string().min(1).default('gpt-4o-mini-transcribe'),
    /** BCP 47; the request's comes first. */
    language: zod.string().min(1).optional(),
    /** Style or words before the hints. */
    prompt: zod.string().min(1).max(2000).optional(),
    /**
     * What is asked for: `stream` - partial results while it thinks; `verbose` - words, times and doubt; `plain` - the text alone. `auto`:
     * `stream` for models named gpt-…, `verbose` for all others.
     */
    answer: zod.enum(['auto', 'stream', 'verbose', 'plain']).default('auto'),
    temperature: zod.number().min(0).max(1).optional(),
    /** The longest sound that is sent at once. OpenAI: 25 MB, which are 13 minutes. */
    maxSeconds: zod.number().int().min(1).max(3600).default(780),
    ...waitShape(zod, FIRST_BYTE_MS),
  });

export type OpenAiHearingOptions = z.output<ReturnType<typeof schema>>;

export const OPENAI_HEARING_ROW = {
  description:
    'OpenAI transcription, or any server with its /audio/transcriptions (whisper.cpp, speaches, vLLM, LocalAI …)',
  schema,
  keyEnv: 'OPENAI_API_KEY',
  keyHosts: OPENAI_HOSTS,
  isOpenElsewhere: true,
  needsKey: true,
} satisfies EngineRow;
