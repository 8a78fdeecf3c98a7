import type { SessionAbout } from './kept-conversations.js';
import type { ReadSession, SessionTally } from './session-line.js';
import type { TurnRecord } from './turn-record.js';

/** A session as its store knows it, without recordings. */
export interface StoredSession extends ReadSession {
  readonly id: string;
  /** What the words take. */
  readonly bytes: number;
}

/** What a list shows of a session, without recordings. */
export interface StoredSummary extends SessionTally {
  /** What the words take. */
  readonly bytes: number;
}

/** Where the words of sessions go. Calls for one session come one after another; errors are the caller's to tell. */
export interface SessionStore {
  begin(id: string, about: SessionAbout, atMs: number): Promise<void>;
  /** Somebody continues it. */
  resumed(id: string, atMs: number): Promise<void>;
  append(id: string, record: TurnRecord, atMs: number): Promise<void>;
  end(id: string, atMs: number): Promise<void>;
  read(id: string): Promise<StoredSession | undefined>;
  /** As `read` would tell, with less to read where that is possible. */
  summary(id: string): Promise<StoredSummary | undefined>;
  /** Whether it was begun and not removed, by another process neither. */
  has(id: string): Promise<boolean>;
  /** In no order. */
  ids(): Promise<readonly string[]>;
  /** @returns whether there was one. */
  remove(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Of a session that was read whole. */
export function summaryOf(session: StoredSession | undefined): StoredSummary | undefined {
  if (session === undefined) return undefined;
  const { about, startedAtMs, lastAtMs, records, bytes } = session;
  return { about, startedAtMs, lastAtMs, turns: records.length, bytes };
}
