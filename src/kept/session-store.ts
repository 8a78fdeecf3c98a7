import type { SessionAbout } from './kept-conversations.js';
import type { ReadSession } from './session-line.js';
import type { TurnRecord } from './turn-record.js';

/** A session as its store knows it, without recordings. */
export interface StoredSession extends ReadSession {
  readonly id: string;
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
  /** Whether it was begun and not removed, by another process neither. */
  has(id: string): Promise<boolean>;
  /** In no order. */
  ids(): Promise<readonly string[]>;
  /** @returns whether there was one. */
  remove(id: string): Promise<boolean>;
  close(): Promise<void>;
}
