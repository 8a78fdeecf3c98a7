import type { z } from 'zod';
import { ConfigError, type SchemaFault, settingFault } from '../runtime/index.js';
import type { Zod } from '../vendor/index.js';
import { COMMENT_KINDS, MAX_LETTERS } from './comment.js';
import { type CommentSettings, MODERATION_DEFAULTS, QUEUE_DEFAULTS } from './settings.js';
import { TURN_TEMPLATES, type TurnTemplates } from './turn-text.js';

const SECTION = 'comments';
const MAX_PROBLEMS = 20;
const NAMES = ['sources', 'queue', 'moderation', 'template', 'language', 'maxLetters'] as const;
const TEMPLATE = /\{text\}/;

/**
 * Reads the section `comments` but for `sources`, which is read by `readEngines`.
 *
 * - `language`: `en` or `ja`, of the sentence around a comment; `template`: that sentence, for all kinds or by kind, with `{name}`,
 *   `{text}`, `{paid}`, `{source}`; `maxLetters`: longer comments are cut. @default 300
 * - `queue`: see `FeedSettings`; `moderation`: see `ModerationSettings`. Every part of them may be left out.
 *
 * @param section - as it stands in the file; undefined and null: every default.
 * @param language - of the settings, where the section names none.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export function readCommentSettings(
  section: unknown,
  zod: Zod,
  language: CommentSettings['language'] = 'en',
): CommentSettings {
  const checked = schema(zod).safeParse(section ?? {});
  if (!checked.success) {
    const problems = (checked.error.issues as readonly SchemaFault[])
      .slice(0, MAX_PROBLEMS)
      .map((issue) => settingFault(issue, SECTION, namesAt));
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  }
  const { queue = {}, moderation = {}, template, maxLetters = MAX_LETTERS } = checked.data;
  const spoken = checked.data.language ?? language;
  return {
    language: spoken,
    maxLetters,
    queue: {
      ...QUEUE_DEFAULTS,
      ...queue,
      priorities: { ...QUEUE_DEFAULTS.priorities, ...queue.priorities },
    } as CommentSettings['queue'],
    moderation: { ...MODERATION_DEFAULTS, ...moderation } as CommentSettings['moderation'],
    templates: templatesOf(template as string | Partial<TurnTemplates> | undefined, TURN_TEMPLATES[spoken]),
  };
}

function templatesOf(
  template: string | Partial<TurnTemplates> | undefined,
  standard: TurnTemplates,
): TurnTemplates {
  if (typeof template !== 'string') return { ...standard, ...template };
  return { comment: template, paid: template, membership: template, system: template };
}

function schema(zod: Zod) {
  const sentence = zod
    .string()
    .max(1000)
    .regex(TEMPLATE, { message: 'expected a sentence with {text} in it, such as "{name} says: {text}"' });
  const byKind = { comment: sentence, paid: sentence, membership: sentence, system: sentence };
  return zod
    .strictObject({
      sources: zod.unknown(),
      language: zod.enum(['en', 'ja']),
      maxLetters: whole(zod, 1, 4000),
      template: zod.union([sentence, zod.strictObject(byKind).partial()]),
      queue: queueSchema(zod),
      moderation: moderationSchema(zod),
    })
    .partial() satisfies z.ZodType;
}

function queueSchema(zod: Zod) {
  const number = zod.number().min(-1000).max(1000);
  const numbers = { paid: number, owner: number, moderator: number, membership: number };
  return zod
    .strictObject({
      maxWaiting: whole(zod, 1, 1000),
      order: zod.enum(['newest', 'oldest']),
      staleMs: whole(zod, 1000, 86_400_000),
      maxPerAuthor: whole(zod, 1, 1000),
      repeatMs: whole(zod, 0, 3_600_000),
      everyMs: whole(zod, 0, 3_600_000),
      policy: zod.enum(['whenIdle', 'interrupt']),
      interruptFrom: number,
      maxTurnMs: whole(zod, 1000, 3_600_000),
      priorities: zod.strictObject({ ...numbers, member: number, comment: number }).partial(),
    })
    .partial();
}

function moderationSchema(zod: Zod) {
  const texts = zod.array(zod.string().min(1).max(200)).max(5000);
  return zod
    .strictObject({
      kinds: zod.array(zod.enum(COMMENT_KINDS)),
      blockedWords: texts,
      blockedAuthors: texts,
      links: zod.enum(['keep', 'remove', 'drop']),
      minLetters: whole(zod, 0, 1000),
      maxLetters: whole(zod, 1, 4000),
      mustStartWith: zod.string().max(50),
      hookMs: whole(zod, 1, 60_000),
    })
    .partial();
}

function whole(zod: Zod, least: number, most: number) {
  return zod.number().int().min(least).max(most);
}

function namesAt(path: readonly string[]): readonly string[] {
  switch (path.join('.')) {
    case '':
      return NAMES;
    case 'queue':
      return Object.keys(QUEUE_DEFAULTS);
    case 'queue.priorities':
      return Object.keys(QUEUE_DEFAULTS.priorities);
    case 'moderation':
      return Object.keys(MODERATION_DEFAULTS);
    default:
      return COMMENT_KINDS;
  }
}
