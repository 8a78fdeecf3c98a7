import type { TurnRecord } from './turn-record.js';

/** Of whom and what a session is; all of it may come from outside and is never part of a file's name. */
export interface SessionAbout {
  /** Who speaks to the avatar, as far as the caller knows; what `forgetUser` goes by. */
  readonly user?: string;
  /** The caller's own name for the conversation, for example a client's `context_id`. */
  readonly conversation?: string;
  /** The avatar's lane. */
  readonly lane?: string;
  /** `ja`, `en`, … */
  readonly language?: string;
}

export interface SessionSummary extends SessionAbout {
  /** 32 hexadecimal digits: 128 random bits. */
  readonly id: string;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** When something was last written. */
  readonly lastAtMs: number;
  readonly turns: number;
  /** What it takes, recordings included. */
  readonly bytes: number;
}

/** One sound of a turn, as it lies on the disk. */
export interface TurnRecording {
  readonly turn: number;
  readonly side: RecordedSide;
  /** WAV, s16le mono 16 kHz. */
  readonly path: string;
}

export type RecordedSide = 'user' | 'avatar';

/** A session as it was kept. */
export interface SessionRecord extends SessionSummary {
  readonly records: readonly TurnRecord[];
  readonly recordings: readonly TurnRecording[];
  /** Lines that could not be read and were left out: a crash in the middle of writing leaves one. */
  readonly damagedLines: number;
}

export interface SessionQuery {
  readonly user?: string;
  readonly conversation?: string;
  /** Newest first. @default 100 */
  readonly limit?: number;
}

/**
 * A session that is being kept. Nothing here waits or throws for the disk's sake: what cannot be written is dropped, with one warning
 * in the log until writing works again.
 */
export interface KeptSession {
  readonly id: string;
  /** The turns that were there when it was resumed, oldest first; none in a new one. */
  readonly earlier: readonly TurnRecord[];
  /** The number that the next turn should have. */
  readonly nextTurn: number;
  append(record: TurnRecord): void;
  /**
   * Sound of a turn, in pieces as it comes; nothing unless recordings are asked for.
   *
   * @param turn - from 1 on.
   * @param pcm - s16le mono 16 kHz, whole samples; copied.
   * @throws {InvalidStateError} for another turn or half a sample.
   */
  sound(turn: number, side: RecordedSide, pcm: Uint8Array): void;
  /** No more sound comes of this turn: its files get their lengths. Called by `end` for all. */
  soundEnded(turn: number): void;
  /** Writes what waits; afterwards nothing is taken any more. Idempotent, never rejects. */
  end(): Promise<void>;
}

/** Where conversations are kept: on disk, in memory, or nowhere. */
export interface KeptConversations {
  readonly store: 'jsonl' | 'sqlite' | 'memory' | 'none';
  readonly recordings: boolean;
  begin(about?: SessionAbout): KeptSession;
  /**
   * Continues a session by its id, after a restart too. Ids that we did not give are answered like those that are gone.
   *
   * @returns undefined: there is none, or it is still being written.
   * @throws {RequestError} BRIDGE_ERR_KEPT - it is there and cannot be read.
   */
  resume(id: string): Promise<KeptSession | undefined>;
  /** @throws {RequestError} BRIDGE_ERR_KEPT */
  list(query?: SessionQuery): Promise<readonly SessionSummary[]>;
  /** @returns undefined: there is none. @throws {RequestError} BRIDGE_ERR_KEPT */
  read(id: string): Promise<SessionRecord | undefined>;
  /**
   * Removes everything of a session, recordings included, also of one that goes on: what it appends later is not kept.
   *
   * @returns whether there was one. @throws {RequestError} BRIDGE_ERR_KEPT - something is left.
   */
  forget(id: string): Promise<boolean>;
  /** @returns how many sessions of this user were removed. @throws {RequestError} BRIDGE_ERR_KEPT */
  forgetUser(user: string): Promise<number>;
  /** Removes what is too old or too much; happens by itself at the start and once a day. @returns how many. @throws {RequestError} BRIDGE_ERR_KEPT */
  sweep(): Promise<number>;
  /** Resolves when everything given so far is written or dropped. Never rejects. */
  flush(): Promise<void>;
  /** Ends all sessions. Idempotent, never rejects. */
  close(): Promise<void>;
}
