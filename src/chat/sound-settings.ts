import { CONVERSATION_DEFAULTS, type ConversationSettings } from '../dialogue/index.js';
import type { LlmSettings } from '../llm/index.js';
import type { RealtimeModel, RealtimeSettings } from '../realtime/index.js';
import { ConfigError } from '../runtime/index.js';
import type { SpeechSettings } from '../speech/index.js';

type Wishes = Omit<RealtimeSettings, 'engines' | 'engine' | 'model'>;
type Range = readonly [min: number, max: number];

/** @source openai-node realtime.ts RealtimeAudioConfigOutput.speed, RealtimeSessionCreateRequest.max_output_tokens */
const SPEEDS: Range = [0.25, 1.5];
const TOKENS: Range = [1, 4096];
/** @source openai-node resources/beta/realtime/sessions.ts, temperature */
const TEMPERATURES: Range = [0.6, 1.2];

export interface SoundSettings {
  readonly conversation: ConversationSettings;
  readonly llm: LlmSettings;
  readonly speech: SpeechSettings | undefined;
}

/**
 * What the settings of a conversation mean for a speech-to-speech model.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - a number that such models do not take.
 */
export function soundWishes({ conversation, llm, speech = {} }: SoundSettings): Wishes {
  const { reply, language, hints } = conversation;
  const { temperature = llm.temperature, maxTokens = llm.maxTokens } = reply;
  const wishes = { speed: reply.speed, usualSpeed: speech.speed, temperature, maxTokens, language, hints };
  assertWithin(wishes.speed, SPEEDS, 'conversation.reply.speed');
  if (reply.speed === undefined) assertWithin(wishes.usualSpeed, SPEEDS, 'speed');
  assertWithin(maxTokens, TOKENS, 'conversation.reply.maxTokens');
  return wishes;
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - where the model has a temperature: one that it does not take. */
export function checkTemperature(model: RealtimeModel, { temperature }: Wishes): void {
  if (model.takesTemperature) assertWithin(temperature, TEMPERATURES, 'conversation.reply.temperature');
}

export interface SoundParts {
  readonly model: RealtimeModel;
  /** Whether somebody else writes down what is said into the microphone. */
  readonly hasWords: boolean;
  readonly hasGuards: boolean;
}

/** Settings that differ from their standard and have no effect with such a model, by their paths. */
export function withoutEffect(
  { conversation, llm }: Pick<SoundSettings, 'conversation' | 'llm'>,
  { model, hasWords, hasGuards }: SoundParts,
): readonly string[] {
  const temperature = conversation.reply.temperature ?? llm.temperature;
  return [
    ...(temperature === undefined || model.takesTemperature ? [] : ['conversation.reply.temperature']),
    ...changed(conversation, [
      'reply.maxCharacters',
      'history.maxTokens',
      'limits.modelMs',
      'acknowledgement.phrases',
      ...(hasGuards ? [] : ['reply.stallMs']),
      ...(hasWords ? [] : NEEDS_WORDS),
      ...(hasWords || model.takesHints ? [] : ['hints']),
    ]),
  ];
}

/** What is said into the microphone is judged by its length where nobody writes it down. */
const NEEDS_WORDS = [
  'turnEnd.unfinishedPauseMs',
  'turnEnd.finishedPauseMs',
  'interruption.minLetters',
  'interruption.hardWords',
  'interruption.backchannels',
  'speculation.maxTries',
];

function changed(conversation: ConversationSettings, paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => textAt(conversation, path) !== textAt(CONVERSATION_DEFAULTS, path))
    .map((path) => `conversation.${path}`);
}

function textAt(settings: ConversationSettings, path: string): string | undefined {
  let at: unknown = settings;
  for (const name of path.split('.')) at = (at as Readonly<Record<string, unknown>> | undefined)?.[name];
  return JSON.stringify(at);
}

function assertWithin(value: number | undefined, [min, max]: Range, path: string): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `${path}: expected ${min} to ${max} with a speech-to-speech model, got ${value}. Change or remove it, or take another --llm.`,
  );
}
