import { promptFor, readExpressionSettings } from '../expression/index.js';
import { readKeep } from '../kept/index.js';
import { ConfigError } from '../runtime/index.js';
import { readConversation } from './chat-settings.js';
import { soundEngine } from './open-brain.js';
import type { ChatPorts, ChatSettings } from './open-chat.js';

/** All faults of all sections are told at once. @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
export async function readSections(settings: ChatSettings, env: ChatPorts['env']) {
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
  const expression = await collect(readExpressionSettings(settings.expression));
  const engine = await collect(soundEngine(settings.llm ?? {}, env));
  // A model that speaks by itself would speak the marks too.
  const told = expression === undefined || engine !== undefined ? '' : promptFor(expression);
  const prompt = [settings.systemPrompt, told]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  const conversation = await collect(readConversation(settings.conversation ?? {}, prompt));
  const keep = await collect(readKeep(settings.keep));
  if (problems.length > 0 || expression === undefined || conversation === undefined || keep === undefined)
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  return { ...conversation, expression, keep, engine };
}
