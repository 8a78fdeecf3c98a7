import type { Readable } from 'node:stream';
import type { KeptList, KeptRecord, ToldComments, ToldSettings, ToldTurnTimes } from './operator-facts.js';

/** What only operators are told. The app puts settings, turns and disk behind it. All reject with {BridgeError}. */
export interface OperatorPort {
  settings(): Promise<ToldSettings>;
  /** Turns of all protocols since the start, oldest first, at most the newest 500; nothing that was said. */
  turns(): readonly ToldTurnTimes[];
  readonly kept: KeptPort;
  /** @default nobody reads comments */
  readonly comments?: CommentsPort | undefined;
}

/** Conversations that section `keep` keeps, for looking only. */
export interface KeptPort {
  list(limit: number): Promise<KeptList>;
  /** @returns undefined: there is none. */
  read(id: string): Promise<KeptRecord | undefined>;
  /** @returns undefined: there is none. */
  sound(id: string, turn: number, side: 'user' | 'avatar'): Promise<KeptSound | undefined>;
}

/** A WAV file. */
export interface KeptSound {
  readonly bytes: number;
  /** @param to - the last byte, inclusive. */
  open(from: number, to: number): Readable;
}

/** The queue of comments of live streams. */
export interface CommentsPort {
  status(): ToldComments;
  setPaused(isPaused: boolean): void;
}
