import type { z } from 'zod';
import { ConfigError, settingFault } from '../runtime/index.js';
import { CONVERSATION_DEFAULTS, type ConversationSettings } from './settings.js';

type Zod = typeof z;

const MAX_PROBLEMS = 20;
const SECTION = 'conversation';

/**
 * Reads section `conversation` of the settings.
 *
 * @param section - as it stands in the file; undefined and null: every default.
 * @param systemPrompt - the setting of that name.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readConversationSettings(
  section: unknown,
  systemPrompt = '',
): Promise<ConversationSettings> {
  const { z: zod } = await import('zod');
  const checked = schema(zod).safeParse(section ?? {});
  if (!checked.success) {
    const problems = checked.error.issues
      .slice(0, MAX_PROBLEMS)
      .map((issue) => settingFault(issue, SECTION, namesAt));
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  }
  return { ...conversationSettings(checked.data as Partial<ConversationSettings>), systemPrompt };
}

/** Every default, with `overrides` put over it, group by group; checks nothing. */
export function conversationSettings(overrides: PartialSettings = {}): ConversationSettings {
  const merged: Record<string, unknown> = { ...CONVERSATION_DEFAULTS };
  for (const [key, value] of Object.entries(overrides)) {
    const standard = CONVERSATION_DEFAULTS[key as keyof ConversationSettings];
    merged[key] = isGroup(standard) && isGroup(value) ? { ...standard, ...value } : value;
  }
  return merged as unknown as ConversationSettings;
}

/** Settings of which each group may be left out or given in part. */
export type PartialSettings = {
  readonly [K in keyof ConversationSettings]?: ConversationSettings[K] extends readonly unknown[] | string
    ? ConversationSettings[K]
    : Partial<ConversationSettings[K]>;
};

function schema(zod: Zod): z.ZodType {
  const text = zod.string().max(20_000);
  const texts = zod.array(zod.string().min(1).max(500)).max(200);
  const ms = (least: number, most: number) => zod.number().min(least).max(most);
  const whole = (least: number, most: number) => zod.number().int().min(least).max(most);
  const initial = zod.strictObject({ role: zod.enum(['user', 'assistant']), text: zod.string().min(1) });
  return zod
    .strictObject({
      parameters: zod.record(zod.string(), zod.string()),
      welcome: text,
      initialMessages: zod.array(initial).max(100),
      language: zod.string().max(35),
      hints: texts,
      history: zod
        .strictObject({
          maxTokens: whole(100, 10_000_000),
          maxPairs: whole(1, 1000),
          timeoutMs: ms(0, 604_800_000),
          interruptedNote: text,
        })
        .partial(),
      turnEnd: zod
        .strictObject({
          unfinishedPauseMs: ms(100, 10_000),
          finishedPauseMs: ms(100, 10_000),
          continueMs: ms(0, 10_000),
        })
        .partial(),
      interruption: zod
        .strictObject({
          by: zod.enum(['words', 'voice', 'off']),
          minLetters: whole(1, 50),
          commitMs: ms(200, 30_000),
          hardWords: texts,
          backchannels: texts,
        })
        .partial(),
      speculation: zod.strictObject({ isOn: zod.boolean(), maxTries: whole(1, 20) }).partial(),
      acknowledgement: zod.strictObject({ phrases: texts, afterMs: ms(0, 10_000) }).partial(),
      wake: zod
        .strictObject({
          words: texts,
          where: zod.enum(['start', 'anywhere']),
          timeoutMs: ms(1000, 86_400_000),
        })
        .partial(),
      reply: zod
        .strictObject({
          stallMs: ms(50, 10_000),
          maxRounds: whole(1, 50),
          maxCharacters: whole(100, 1_000_000),
          speed: zod.number().min(0.25).max(4),
          voice: zod.string().max(200),
          temperature: zod.number().min(0).max(2),
          maxTokens: whole(1, 1_000_000),
          sorry: text,
        })
        .partial(),
      limits: zod
        .strictObject({
          recognitionMs: ms(500, 120_000),
          modelMs: ms(500, 600_000),
          speakingMs: ms(500, 600_000),
          listeningMs: ms(5000, 3_600_000),
          operatorMs: ms(1000, 86_400_000),
          hookMs: ms(1, 60_000),
          maxWaiting: whole(0, 100),
        })
        .partial(),
    })
    .partial();
}

function namesAt(path: readonly string[]): readonly string[] {
  let at: unknown = CONVERSATION_DEFAULTS;
  for (const key of path) at = isGroup(at) ? at[key] : undefined;
  return isGroup(at) ? Object.keys(at).filter((name) => name !== 'systemPrompt') : ['role', 'text'];
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
