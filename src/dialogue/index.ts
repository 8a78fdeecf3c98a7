export { Conversation } from './conversation.js';
export type { ConversationEvents, Stage } from './conversation-events.js';
export { fillIn, History, type HistoryOptions, type Said } from './history.js';
export type { ConversationHooks, RequestChange, TurnFacts } from './hooks.js';
export { standardJudge } from './judge.js';
export type {
  ConversationPorts,
  Ear,
  Judge,
  MarkReader,
  PieceReader,
  SpokenByAvatar,
  TurnKeeper,
} from './ports.js';
export { conversationSettings, type PartialSettings, readConversationSettings } from './read-settings.js';
export { RealtimeBrain, type RealtimeBrainOptions } from './realtime-brain.js';
export { Recognition, type RecognitionOptions } from './recognition.js';
export { CONVERSATION_DEFAULTS, type ConversationSettings } from './settings.js';
export type {
  SaidElsewhere,
  SoundAnswer,
  SoundBrain,
  SoundFunction,
  SoundFunctionResult,
  SoundQuestion,
  SoundSight,
} from './sound-brain.js';
export type {
  Question,
  ToolNews,
  TurnBy,
  TurnChunk,
  TurnEnd,
  TurnEvents,
  TurnHandle,
} from './turn.js';
export type { TurnSession } from './turn-plan.js';
export { UNWRITTEN } from './wordless-recognizer.js';
