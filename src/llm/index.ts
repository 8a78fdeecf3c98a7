export type {
  ChatEndReason,
  ChatMessage,
  ChatModel,
  ChatPart,
  ChatRequest,
  ToolCall,
  ToolSpec,
} from './chat-model.js';
export type { Llm, LlmChoice, LlmEvents, LlmPorts, LlmSettings, LlmUsage } from './llm.js';
