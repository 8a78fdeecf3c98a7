export {
  type ConversationItem,
  type ConversationSound,
  type ConversationTier,
  type ConversationTimeline,
  conversationItems,
} from './conversation-items.js';
export { type KeepSettings, readKeep } from './keep-settings.js';
export type {
  KeptConversations,
  KeptSession,
  RecordedSide,
  SessionAbout,
  SessionQuery,
  SessionRecord,
  SessionSummary,
  TurnRecording,
} from './kept-conversations.js';
export { conversationsFolder } from './kept-folder.js';
export type { KeptPorts, SqliteDatabase, SqliteModule, SqliteStatement, SqliteValue } from './kept-ports.js';
export { openKept } from './open-kept.js';
export { type KeptToLook, openToLook } from './open-to-look.js';
export { isSessionId } from './session-id.js';
export { type StageFigures, TRACE_STAGES, TraceBook, type TraceStage } from './trace-book.js';
export type { TurnRecord, TurnTrace } from './turn-record.js';
