import type { Comment } from './comment.js';

/** What a comment weighs; the highest that fits counts. The more, the sooner it is asked. */
export interface Priorities {
  readonly paid: number;
  readonly owner: number;
  readonly moderator: number;
  /** Somebody became or stayed a member. */
  readonly membership: number;
  /** A comment of a member. */
  readonly member: number;
  readonly comment: number;
}

export function priorityOf({ author, kind, paid }: Comment, priorities: Priorities): number {
  const fitting = [priorities.comment];
  if (kind === 'paid' || paid !== undefined) fitting.push(priorities.paid);
  if (kind === 'membership') fitting.push(priorities.membership);
  if (author.isOwner) fitting.push(priorities.owner);
  if (author.isModerator) fitting.push(priorities.moderator);
  if (author.isMember) fitting.push(priorities.member);
  return Math.max(...fitting);
}
