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
export type { KeptPorts, SqliteDatabase, SqliteModule, SqliteStatement, SqliteValue } from './kept-ports.js';
export { type StageFigures, TRACE_STAGES, TraceBook, type TraceStage } from './trace-book.js';
export type { TurnRecord, TurnTrace } from './turn-record.js';
