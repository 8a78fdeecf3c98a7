export { wholeJson, wholeValue } from './around/whole-letters.js';
export type {
  ChatEndReason,
  ChatMessage,
  ChatModel,
  ChatPart,
  ChatRequest,
  ToolCall,
  ToolSpec,
} from './chat-model.js';
export { LLM_FAMILY } from './engines/index.js';
export { argumentsOf } from './engines/tidy-messages.js';
export type { Llm, LlmChoice, LlmEvents, LlmPorts, LlmSettings, LlmUsage } from './llm.js';
export { checkLlmEngines, readLlmEngines, realtimeEngine } from './llm-book.js';
export { LLM_ENGINE_FACTS, type LlmEngineFact } from './llm-kinds.js';
export { OFFLINE_TYPE } from './offline/offline-options.js';
export { openLlm } from './open-llm.js';
export { isRealtimeType, REALTIME_FACTS, REALTIME_TYPE, type RealtimeOptions } from './realtime-options.js';
