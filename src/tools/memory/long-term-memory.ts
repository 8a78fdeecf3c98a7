/** One turn that has ended, as far as it shall be remembered. */
export interface RememberedTurn {
  /** Whose memory; see `memoryUser`. */
  readonly user: string;
  readonly session: string;
  readonly userText: string;
  /** What was heard of the reply. */
  readonly reply: string;
}

/** Something found. */
export interface Memory {
  readonly text: string;
  /** When it was said, ISO 8601 in UTC; undefined where the service does not tell. */
  readonly at: string | undefined;
}

/** What is known of a user from earlier conversations. */
export interface LongTermMemory {
  /** Takes a turn and returns at once; what goes wrong later is logged. A turn without words of the user is left out. */
  remember(turn: RememberedTurn): void;
  /**
   * Best first.
   *
   * @param limit - how many at most; 1 to 50. @default 5
   * @throws {RequestError} BRIDGE_ERR_MEMORY
   * @throws the signal's reason.
   */
  search(
    user: string,
    query: string,
    options?: { readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<readonly Memory[]>;
  /**
   * Forgets one session, or everything of a user.
   *
   * @throws {RequestError} BRIDGE_ERR_MEMORY
   */
  forget(user: string, session?: string): Promise<void>;
  /** Waits for what is still to be written, a few seconds at most; idempotent. */
  close(): Promise<void>;
}
