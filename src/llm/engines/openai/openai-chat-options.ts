import type { z } from 'zod';
import {
  addressShape,
  type EngineRow,
  keyShape,
  OPENAI_BASE_URL,
  OPENAI_HOSTS,
  type Zod,
} from '../../../vendor/index.js';
import { chatShape, LOCAL_WAITS, maxTokensShape } from '../chat-shape.js';

/** The model is asked of the server: the first of its list. */
export const AUTO_MODEL = 'auto';

interface Preset {
  readonly baseUrl: string;
  readonly model: string;
  readonly waits?: typeof LOCAL_WAITS;
}

function commonShape(zod: Zod, { baseUrl, model, waits }: Preset) {
  return {
    /** Left out: none is sent, which only servers of one's own take. */
    apiKey: keyShape(zod),
    baseUrl: addressShape(zod, baseUrl),
    /** `auto`: the first that the server lists and that is not for embeddings. */
    model: zod.string().min(1).default(model),
    /** The longest answer, thoughts included. Left out: the server's own limit. */
    maxTokens: maxTokensShape(zod).optional(),
    /** How long a model that reasons thinks first; for a conversation as little as it takes. Left out: the model's own. */
    reasoningEffort: zod.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).optional(),
    /** Whether the count of tokens is asked for; some servers refuse to be asked. */
    usage: zod.boolean().default(true),
    /** Sent with every request, for gateways that want them. Those whose names speak of keys are never shown. */
    headers: zod.record(zod.string(), zod.string()).optional(),
    ...chatShape(zod, waits),
  };
}

const openAiSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('openai'),
    ...commonShape(zod, { baseUrl: OPENAI_BASE_URL, model: 'gpt-5.4-mini' }),
    /**
     * `chat`: Chat Completions, which every compatible server has. `responses`: OpenAI's newer interface, with which a model that
     * reasons goes on with its thoughts behind a tool's result.
     */
    api: zod.enum(['chat', 'responses']).default('chat'),
  });

const ollamaSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('ollama'),
    ...commonShape(zod, {
      baseUrl: 'http://127.0.0.1:11434/v1',
      model: AUTO_MODEL,
      waits: LOCAL_WAITS,
    }),
    /** How long the model stays in memory behind the warm-up: a duration such as `30m`, or -1 for ever. */
    keepAlive: zod.union([zod.string().min(1), zod.number()]).default('30m'),
  });

const lmStudioSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('lmstudio'),
    ...commonShape(zod, {
      baseUrl: 'http://127.0.0.1:1234/v1',
      model: AUTO_MODEL,
      waits: LOCAL_WAITS,
    }),
  });

const llamaCppSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('llamacpp'),
    ...commonShape(zod, {
      baseUrl: 'http://127.0.0.1:8080/v1',
      model: AUTO_MODEL,
      waits: LOCAL_WAITS,
    }),
  });

const vllmSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('vllm'),
    ...commonShape(zod, {
      baseUrl: 'http://127.0.0.1:8000/v1',
      model: AUTO_MODEL,
      waits: LOCAL_WAITS,
    }),
  });

const liteLlmSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('litellm'),
    ...commonShape(zod, { baseUrl: 'http://127.0.0.1:4000/v1', model: AUTO_MODEL }),
  });

const openRouterSchema = (zod: Zod) =>
  zod.strictObject({
    type: zod.literal('openrouter'),
    ...commonShape(zod, { baseUrl: 'https://openrouter.ai/api/v1', model: 'openrouter/auto' }),
  });

export type OpenAiChatOptions = z.output<ReturnType<typeof openAiSchema>>;
export type OllamaOptions = z.output<ReturnType<typeof ollamaSchema>>;

/** Options of everything that speaks Chat Completions, as their schemas give them back. */
export type CompatibleOptions =
  | OpenAiChatOptions
  | OllamaOptions
  | z.output<ReturnType<typeof lmStudioSchema>>
  | z.output<ReturnType<typeof llamaCppSchema>>
  | z.output<ReturnType<typeof vllmSchema>>
  | z.output<ReturnType<typeof liteLlmSchema>>
  | z.output<ReturnType<typeof openRouterSchema>>;

/** OpenAI and the servers that are like it. */
export const COMPATIBLE_ROWS = {
  openai: {
    description: 'OpenAI, or by baseUrl any server with its /chat/completions',
    schema: openAiSchema,
    keyEnv: 'OPENAI_API_KEY',
    keyHosts: OPENAI_HOSTS,
    isOpenElsewhere: true,
    needsKey: true,
  },
  ollama: {
    description: 'Ollama on this machine (http://127.0.0.1:11434)',
    schema: ollamaSchema,
    keyEnv: undefined,
    needsKey: false,
  },
  lmstudio: {
    description: 'LM Studio on this machine (http://127.0.0.1:1234)',
    schema: lmStudioSchema,
    keyEnv: undefined,
    needsKey: false,
  },
  llamacpp: {
    description: "llama.cpp's llama-server on this machine (http://127.0.0.1:8080)",
    schema: llamaCppSchema,
    keyEnv: undefined,
    needsKey: false,
  },
  vllm: {
    description: 'vLLM on this machine (http://127.0.0.1:8000)',
    schema: vllmSchema,
    keyEnv: undefined,
    needsKey: false,
  },
  litellm: {
    description: 'LiteLLM proxy on this machine (http://127.0.0.1:4000)',
    schema: liteLlmSchema,
    // Written for a proxy of one's own: it stays with the address that is standard.
    keyEnv: 'LITELLM_API_KEY',
    isOpenElsewhere: true,
    needsKey: false,
  },
  openrouter: {
    description: 'OpenRouter, a gateway to the models of many vendors',
    schema: openRouterSchema,
    keyEnv: 'OPENROUTER_API_KEY',
    keyHosts: /^openrouter\.ai$/,
    needsKey: true,
  },
} satisfies Record<string, EngineRow>;
