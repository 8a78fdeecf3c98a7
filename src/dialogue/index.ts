export { Conversation, type ConversationEvents, type Stage } from './conversation.js';
export type { History, Said } from './history.js';
export type { ConversationHooks, RequestChange, TurnFacts } from './hooks.js';
export type {
  ConversationPorts,
  Ear,
  Eyes,
  Guarded,
  Guards,
  Judge,
  PieceReader,
  ToolBox,
  TurnKeeper,
} from './ports.js';
export { conversationSettings, type PartialSettings, readConversationSettings } from './read-settings.js';
export {
  CONVERSATION_DEFAULTS,
  type ConversationSettings,
} from './settings.js';
export type {
  Question,
  ToolNews,
  TurnBy,
  TurnChunk,
  TurnEnd,
  TurnEvents,
  TurnHandle,
} from './turn.js';
