import type { Comment, CommentAuthor } from '../../../src/comments/index.js';

export const NOBODY: CommentAuthor = {
  id: 'u1',
  name: 'Aki',
  isModerator: false,
  isMember: false,
  isOwner: false,
};

/** When a FakeClock begins. */
export const START_MS = 1_700_000_000_000;

let count = 0;

/** A comment just written, by somebody. */
export function commentOf(
  fields: Partial<Omit<Comment, 'author'>> & { readonly author?: Partial<CommentAuthor> } = {},
): Comment {
  count += 1;
  return {
    id: `c${count}`,
    source: 'test',
    text: `text ${count}`,
    atMs: START_MS,
    kind: 'comment',
    ...fields,
    author: { ...NOBODY, ...fields.author },
  };
}
