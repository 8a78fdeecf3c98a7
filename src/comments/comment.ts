import { inOneLine } from '../runtime/index.js';
import { plainLine } from './plain-line.js';

/** `paid`: with money; `membership`: somebody became or stayed a member; `system`: of the platform itself, such as a raid. */
export type CommentKind = 'comment' | 'paid' | 'membership' | 'system';

export const COMMENT_KINDS = ['comment', 'paid', 'membership', 'system'] as const satisfies CommentKind[];

/** Who wrote it, as the platform says. Names are chosen by strangers and prove nothing; ids do within a platform. */
export interface CommentAuthor {
  /** Of the platform; empty where it tells none. */
  readonly id: string;
  /** One line of at most 40 letters; may be empty. */
  readonly name: string;
  readonly isModerator: boolean;
  readonly isMember: boolean;
  readonly isOwner: boolean;
}

export interface CommentPayment {
  /** In whole units of `currency`; undefined where the platform tells it in words only. */
  readonly amount: number | undefined;
  /** ISO 4217, or what the platform counts in, such as `bits`. */
  readonly currency: string | undefined;
  /** As people read it: `¥500`. One line; may be empty. */
  readonly display: string;
}

/** One comment of a live stream, checked and made plain. Its text stays a stranger's text for ever. */
export interface Comment {
  /** Of the platform, or counted by the source. With `source`, one of a kind. */
  readonly id: string;
  /** The source's name in the settings; `api` for what came by a request. */
  readonly source: string;
  readonly author: CommentAuthor;
  /** One plain line, see `plainLine`; empty only with `paid` or `membership`. */
  readonly text: string;
  readonly paid?: CommentPayment | undefined;
  /** When it was written: wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly kind: CommentKind;
  /** BCP 47, where the platform tells it. */
  readonly language?: string | undefined;
}

/** A comment as a source has it: anything may be missing, of any length and full of anything. */
export interface GivenComment {
  readonly id?: string | undefined;
  readonly author?: Partial<CommentAuthor> | undefined;
  readonly text?: string | undefined;
  readonly paid?: GivenPayment | undefined;
  readonly atMs?: number | undefined;
  readonly kind?: CommentKind | undefined;
  readonly language?: string | undefined;
}

export interface GivenPayment {
  readonly amount?: number | undefined;
  readonly currency?: string | undefined;
  readonly display?: string | undefined;
}

export const MAX_LETTERS = 300;
const MAX_NAME_LETTERS = 40;
const MAX_ID_UNITS = 200;
const MAX_DISPLAY_LETTERS = 60;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;
/** What a date can be. */
const MAX_DATE_MS = 8.64e15;

export interface CommentFacts {
  readonly source: string;
  /** Wall clock, for a comment that tells no time of its own. */
  readonly wallMs: number;
  /** For a comment that has no id of its own. */
  readonly newId: () => string;
  /** 1 to 4000. @default 300 */
  readonly maxLetters?: number | undefined;
}

/**
 * Checks a comment and makes it plain.
 *
 * @returns undefined when there is nothing in it: no text, and neither money nor a membership.
 */
export function commentFrom(given: GivenComment, facts: CommentFacts): Comment | undefined {
  const { source, wallMs, newId, maxLetters = MAX_LETTERS } = facts;
  const paid = given.paid === undefined ? undefined : payment(given.paid);
  const kind = given.kind ?? (paid === undefined ? 'comment' : 'paid');
  const text = plainLine(given.text ?? '', maxLetters);
  if (text === '' && kind !== 'paid' && kind !== 'membership') return undefined;
  const { id, author = {}, atMs, language } = given;
  return {
    id: id === undefined || id === '' ? newId() : shortId(id),
    source,
    author: {
      id: shortId(author.id ?? ''),
      name: plainLine(author.name ?? '', MAX_NAME_LETTERS),
      isModerator: author.isModerator === true,
      isMember: author.isMember === true,
      isOwner: author.isOwner === true,
    },
    text,
    ...(paid === undefined ? {} : { paid }),
    atMs: atMs !== undefined && Math.abs(atMs) <= MAX_DATE_MS ? atMs : wallMs,
    kind,
    ...(language !== undefined && LANGUAGE.test(language) ? { language } : {}),
  };
}

/** The same comment with another text; undefined when nothing is left of it. */
export function withText(comment: Comment, text: string, maxLetters = MAX_LETTERS): Comment | undefined {
  const plain = plainLine(text, maxLetters);
  const isEmpty = plain === '' && comment.kind !== 'paid' && comment.kind !== 'membership';
  return isEmpty ? undefined : { ...comment, text: plain };
}

/** Who wrote it: by id, where the platform tells none by name. */
export function authorKey({ author }: Comment): string {
  return author.id === '' ? `name ${author.name}` : `id ${author.id}`;
}

function payment({ amount, currency, display = '' }: GivenPayment): CommentPayment {
  const unit = plainLine(currency ?? '', 12);
  const sum = amount !== undefined && Number.isFinite(amount) && amount >= 0 ? amount : undefined;
  const words = plainLine(display, MAX_DISPLAY_LETTERS);
  return {
    amount: sum,
    currency: unit === '' ? undefined : unit,
    display: words === '' && sum !== undefined ? inOneLine(`${sum} ${unit}`) : words,
  };
}

/** Ids are compared, and shown in logs. */
function shortId(id: string): string {
  return plainLine(id, MAX_ID_UNITS);
}
