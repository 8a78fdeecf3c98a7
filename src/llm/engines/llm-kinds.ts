import type { EngineKind, EngineKinds, VendorPorts } from '../../vendor/index.js';
import type { ChatModel } from '../chat-model.js';
import { AnthropicModel } from './anthropic/anthropic-model.js';
import { ANTHROPIC_ROW, type AnthropicOptions } from './anthropic/anthropic-options.js';
import { DifyModel } from './dify/dify-model.js';
import { DIFY_ROW, type DifyOptions } from './dify/dify-options.js';
import { GeminiModel } from './gemini/gemini-model.js';
import { GEMINI_ROW, type GeminiOptions } from './gemini/gemini-options.js';
import { OpenAiChatModel } from './openai/openai-chat-model.js';
import { COMPATIBLE_ROWS, type CompatibleOptions } from './openai/openai-chat-options.js';

type LlmKind = EngineKind<VendorPorts, ChatModel>;

const createCompatible = (name: string, options: CompatibleOptions, ports: VendorPorts): ChatModel =>
  new OpenAiChatModel(name, options, ports);

/**
 * Every vendor and server of language models, by the `type` that settings give. Nothing is sent before something is asked of a model.
 *
 * In the order in which keys in the environment are looked for.
 */
export const LLM_KINDS = {
  openai: { ...COMPATIBLE_ROWS.openai, create: createCompatible },
  anthropic: {
    ...ANTHROPIC_ROW,
    create: (name: string, options: AnthropicOptions, ports: VendorPorts): ChatModel =>
      new AnthropicModel(name, options, ports),
  },
  gemini: {
    ...GEMINI_ROW,
    create: (name: string, options: GeminiOptions, ports: VendorPorts): ChatModel =>
      new GeminiModel(name, options, ports),
  },
  dify: {
    ...DIFY_ROW,
    create: (name: string, options: DifyOptions, ports: VendorPorts): ChatModel =>
      new DifyModel(name, options, ports),
  },
  openrouter: { ...COMPATIBLE_ROWS.openrouter, create: createCompatible },
  litellm: { ...COMPATIBLE_ROWS.litellm, create: createCompatible },
  ollama: { ...COMPATIBLE_ROWS.ollama, create: createCompatible },
  lmstudio: { ...COMPATIBLE_ROWS.lmstudio, create: createCompatible },
  llamacpp: { ...COMPATIBLE_ROWS.llamacpp, create: createCompatible },
  vllm: { ...COMPATIBLE_ROWS.vllm, create: createCompatible },
} satisfies EngineKinds<VendorPorts, ChatModel> & Record<string, LlmKind>;

export type LlmType = keyof typeof LLM_KINDS;
