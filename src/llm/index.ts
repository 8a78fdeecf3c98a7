export type {
  ChatEndReason,
  ChatMessage,
  ChatModel,
  ChatPart,
  ChatRequest,
  ToolCall,
  ToolSpec,
} from './chat-model.js';
