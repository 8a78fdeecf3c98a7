import type { Comment, Removal, SourceListener } from '../../../src/comments/index.js';

/** A listener that writes down what a source tells. */
export function heard() {
  const comments: Comment[] = [];
  const removals: Removal[] = [];
  /** States in order, such as `connected` and `lost: closed`. */
  const states: string[] = [];
  const malformed: string[] = [];
  const listener: SourceListener = {
    onComment: (comment) => comments.push(comment),
    onRemoved: (removal) => removals.push(removal),
    onConnected: () => states.push('connected'),
    onLost: (reason) => states.push(`lost: ${reason}`),
    onFailed: (reason) => states.push(`failed: ${reason}`),
    onMalformed: (reason) => malformed.push(reason),
  };
  return { comments, removals, states, malformed, listener };
}
