import type { Comment } from './comment.js';
import type { Removal } from './comment-queue.js';

/** What a source tells while it runs. None of these may throw. */
export interface SourceListener {
  readonly onComment: (comment: Comment) => void;
  /** Comments are gone where they came from. */
  readonly onRemoved: (removal: Removal) => void;
  /** It hears the chat now. */
  readonly onConnected: () => void;
  /** It does not, and tries again by itself. Once for each outage. */
  readonly onLost: (reason: string) => void;
  /** It does not, and nothing it can do will help. */
  readonly onFailed: (reason: string) => void;
  /** Something came that is no comment and nothing else that is known. */
  readonly onMalformed: (reason: string) => void;
}

/** One place where comments come from. */
export interface CommentSource {
  /** In the settings. */
  readonly name: string;
  readonly type: string;
  /**
   * Brings comments, in order, until the signal fires or it has failed; then resolves, and holds nothing any more. Never rejects.
   * Connections that end are made anew for ever, with waits of 1 to 30 s.
   */
  start(listener: SourceListener, signal: AbortSignal): Promise<void>;
}
