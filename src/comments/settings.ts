import type { FeedSettings } from './comment-feed.js';
import type { ModerationSettings } from './moderation.js';
import type { CommentLanguage, TurnTemplates } from './turn-text.js';

/** The section `comments` of the settings, checked, without its sources. */
export interface CommentSettings {
  /** Of the sentence around a comment. */
  readonly language: CommentLanguage;
  /** Longer texts are cut. */
  readonly maxLetters: number;
  readonly queue: FeedSettings;
  readonly moderation: ModerationSettings & {
    /** How long the hook may take for one comment. */
    readonly hookMs: number;
  };
  readonly templates: TurnTemplates;
}

/** Priorities as AIRI has them: critical 300, high 200, normal 100, low 0. */
export const QUEUE_DEFAULTS: FeedSettings = {
  maxWaiting: 50,
  order: 'newest',
  staleMs: 120_000,
  maxPerAuthor: 3,
  repeatMs: 60_000,
  everyMs: 0,
  policy: 'whenIdle',
  interruptFrom: 300,
  maxTurnMs: 300_000,
  priorities: { paid: 300, owner: 200, moderator: 200, membership: 200, member: 100, comment: 0 },
};

export const MODERATION_DEFAULTS: CommentSettings['moderation'] = {
  kinds: ['comment', 'paid', 'membership'],
  blockedWords: [],
  blockedAuthors: [],
  links: 'remove',
  minLetters: 1,
  maxLetters: undefined,
  mustStartWith: '',
  hookMs: 2000,
};
