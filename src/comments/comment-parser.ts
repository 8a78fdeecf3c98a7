import type { z } from 'zod';
import { RequestError } from '../runtime/index.js';
import { isFields, type Zod } from '../vendor/index.js';
import { COMMENT_KINDS, type Comment, type CommentFacts, commentFrom, type GivenComment } from './comment.js';

/** So many comments are taken at once. */
export const MAX_COMMENTS_AT_ONCE = 200;

/** One comment, or a list of them, out of JSON. @throws {RequestError} BRIDGE_ERR_COMMENTS - what was expected, what came and where. */
export type ParseComments = (value: unknown, facts: CommentFacts) => readonly Comment[];

/** Other names under which programs send the same. The first that is there counts; the schema's own name before all. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  text: ['comment', 'message', 'body'],
  name: ['userName', 'username', 'displayName', 'user', 'authorName'],
  authorId: ['userId', 'user_id', 'channelId'],
  atMs: ['timestamp', 'time', 'createdAt'],
  isModerator: ['moderator', 'mod'],
  isMember: ['member', 'isSubscriber', 'subscriber'],
  isOwner: ['owner', 'isBroadcaster', 'broadcaster'],
};

/**
 * What a program sends, after synonyms: `{id, text, author: {id, name, isModerator, isMember, isOwner}, paid: {amount, currency, display},
 * atMs, kind, language}`, of which only `text` is needed, and not even that with `paid` or `kind: membership`. The author's fields may stand
 * beside `text`, and `author` may be the name alone. Fields of other names count nothing.
 */
export function commentSchema(zod: Zod) {
  const text = zod.string().max(20_000);
  const short = zod.string().max(1000);
  const flag = zod.boolean();
  const id = zod.union([zod.string().max(1000), zod.number()]).transform(String);
  const author = zod
    .object({ id, name: short, isModerator: flag, isMember: flag, isOwner: flag })
    .partial()
    .describe('Who wrote it; believed as it stands.');
  const paid = zod
    .object({ amount: zod.number().min(0), currency: short, display: short })
    .partial()
    .describe('Money that came with it.');
  return zod
    .object({
      id: id.describe('One of a kind within the source; counted when left out.'),
      text: text.describe('Also `comment`, `message` or `body`.'),
      author,
      paid,
      atMs: zod
        .union([
          zod.number().min(0),
          zod.iso.datetime({ offset: true, local: true }).transform((date) => Date.parse(date)),
        ])
        .describe(
          'When it was written: milliseconds since 1970, or a date of ISO 8601. Also `timestamp` or `time`.',
        ),
      kind: zod.enum(COMMENT_KINDS),
      language: zod.string().max(35).describe('BCP 47.'),
    })
    .partial();
}

export function commentParser(zod: Zod): ParseComments {
  const schema = commentSchema(zod);
  return (value, facts) => {
    const list = Array.isArray(value) ? value : [value];
    if (list.length > MAX_COMMENTS_AT_ONCE)
      throw refused(`expected at most ${MAX_COMMENTS_AT_ONCE} comments at once, got ${list.length}`);
    return list.map((item, index) =>
      parsedComment(item, Array.isArray(value) ? `[${index}]` : '', schema, facts),
    );
  };
}

function parsedComment(
  item: unknown,
  place: string,
  schema: ReturnType<typeof commentSchema>,
  facts: CommentFacts,
): Comment {
  if (!isFields(item))
    throw refused(`expected a comment {"text": …, "author": {"name": …}}${at(place)}, got ${shown(item)}`);
  const checked = schema.safeParse(withoutNulls(renamed(item)));
  if (!checked.success) throw refused(faultText(checked.error.issues[0], place));
  const comment = commentFrom(checked.data as GivenComment, facts);
  if (comment === undefined)
    throw refused(`expected a comment with a text${at(place)}, got none that can be read`);
  return comment;
}

/** Brings synonyms to their names, and the author's fields to the author. */
function renamed(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const of = (fields: Readonly<Record<string, unknown>>, name: string, own = name): unknown =>
    [own, ...(SYNONYMS[name] ?? [])].map((key) => fields[key]).find(isGiven);
  const { author } = item;
  const own = isFields(author) ? author : {};
  const beside = (name: string): unknown => of(own, name) ?? of(item, name);
  const flat = {
    id: of(own, 'authorId', 'id') ?? of(item, 'authorId'),
    name: typeof author === 'string' ? author : beside('name'),
    isModerator: beside('isModerator'),
    isMember: beside('isMember'),
    isOwner: beside('isOwner'),
  };
  return {
    id: item['id'],
    text: of(item, 'text'),
    author: withoutNulls(flat),
    paid: isFields(item['paid']) ? withoutNulls(item['paid']) : item['paid'],
    atMs: of(item, 'atMs'),
    kind: item['kind'],
    language: item['language'],
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** What is null is left out. */
function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value)));
}

function faultText(issue: z.core.$ZodIssue | undefined, place: string): string {
  const path = (issue?.path ?? []).map(String).join('.');
  const where = [place, path].filter((part) => part !== '').join('.');
  return `${where === '' ? 'the comment' : where}: ${issue?.message ?? 'it is not what was expected'}`;
}

function at(place: string): string {
  return place === '' ? '' : ` at ${place}`;
}

function shown(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function refused(message: string): RequestError {
  return new RequestError('BRIDGE_ERR_COMMENTS', `${message}. Correct what is sent.`);
}
