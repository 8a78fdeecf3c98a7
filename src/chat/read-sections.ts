import { type ExpressionSettings, promptFor, readExpressionSettings } from '../expression/index.js';
import { type KeepSettings, readKeep } from '../kept/index.js';
import { ConfigError } from '../runtime/index.js';
import { type ReadConversation, readConversation } from './chat-settings.js';
import { soundEngine } from './open-brain.js';
import type { ChatPorts, ChatSettings } from './open-chat.js';

/** What the sections of a conversation say, checked. */
export interface Sections extends ReadConversation {
  readonly expression: ExpressionSettings;
  readonly keep: KeepSettings;
  /** The engine of speech-to-speech that is asked for; undefined: a model of text. */
  readonly engine: string | undefined;
}

/** What was read before, and of what. */
export interface KnownSections {
  readonly settings: ChatSettings;
  readonly read: Sections;
}

const SECTIONS = ['expression', 'llm', 'systemPrompt', 'conversation', 'keep'] as const;

/**
 * All faults of all sections are told at once.
 *
 * @param known - of the same environment: sections that are the very same objects are not read again, for that takes longer than all else
 *   of opening a conversation.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID
 */
export async function readSections(
  settings: ChatSettings,
  env: ChatPorts['env'],
  known?: KnownSections,
): Promise<Sections> {
  const isKnown = (name: (typeof SECTIONS)[number]): boolean => known?.settings[name] === settings[name];
  if (known !== undefined && SECTIONS.every(isKnown)) return known.read;
  const problems: string[] = [];
  const collect = async <T>(reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const { read } = known ?? {};
  const expression =
    read !== undefined && isKnown('expression')
      ? read.expression
      : await collect(readExpressionSettings(settings.expression));
  const engine =
    read !== undefined && isKnown('llm') ? read.engine : await collect(soundEngine(settings.llm ?? {}, env));
  // A model that speaks by itself would speak the marks too.
  const told = expression === undefined || engine !== undefined ? '' : promptFor(expression);
  const prompt = [settings.systemPrompt, told]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  const conversation = await collect(readConversation(settings.conversation ?? {}, prompt));
  const keep = read !== undefined && isKnown('keep') ? read.keep : await collect(readKeep(settings.keep));
  if (problems.length > 0 || expression === undefined || conversation === undefined || keep === undefined)
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  return { ...conversation, expression, keep, engine };
}
