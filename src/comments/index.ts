/*
 * Comments: the chat of live streams to typed turns.
 *
 *   sources (websocket, onecomme, twitch, youtube) ─┐
 *   requests to the server (submit) ────────────────┴→ comment (made plain) → moderation (rules, hook) → queue → one turn at a time
 *
 * Owns the connections to the chats, their reconnecting, and what waits. The conversation that answers is behind `AskPort`. A source that
 * fails costs its own comments; a hook that fails drops what it should have looked at; a turn that fails gives its comment back once.
 * Nothing here makes a stranger's text harmless: it is one plain line, framed so that the model is told who speaks, and no more.
 */
export {
  COMMENT_KINDS,
  type Comment,
  type CommentAuthor,
  type CommentFacts,
  type CommentKind,
  type CommentPayment,
  commentFrom,
  type GivenComment,
} from './comment.js';
export {
  type AskPort,
  type CommentDrop,
  CommentFeed,
  type CommentQuestion,
  type FeedEvents,
  type FeedOptions,
  type FeedSettings,
} from './comment-feed.js';
export { commentParser, commentSchema, MAX_COMMENTS_AT_ONCE, type ParseComments } from './comment-parser.js';
export { CommentQueue, type QueueDrop, type QueueSettings, type Removal } from './comment-queue.js';
export { htmlText } from './html-text.js';
export { CommentRules, type ModerationSettings } from './moderation.js';
export { type Moderate, type ModerationDrop, type ModerationVerdict, Moderator } from './moderator.js';
export {
  type Comments,
  type CommentsEvents,
  type CommentsPorts,
  type CommentsStatus,
  openComments,
} from './open-comments.js';
export { plainLine } from './plain-line.js';
export { readCommentSettings } from './read-settings.js';
export type { CommentSettings } from './settings.js';
export type { CommentSource, SourceListener } from './source.js';
export type { SourceState, SourceStatus } from './source-board.js';
export { SOURCE_KINDS, type SourceType } from './source-kinds.js';
export { type CommentLanguage, TURN_TEMPLATES, type TurnTemplates, turnText } from './turn-text.js';
