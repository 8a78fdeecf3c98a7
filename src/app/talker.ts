import { readFile } from 'node:fs/promises';
import type { Chat } from '../chat/index.js';
import type { BridgeClient } from '../client/index.js';
import { type ChatSection, chatSection, type ResolvedConfig, userConfigFolder } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { type Clock, ConfigError, errorText, type Logger } from '../runtime/index.js';
import type { TalkerPort } from '../server/index.js';
import type { TalkHooks } from './talk.js';
import { Talks } from './talks.js';
import type { TurnBoard } from './turn-board.js';
import type { TurnMetrics } from './turn-metrics.js';

export interface TalkerOptions {
  readonly resolved: ResolvedConfig;
  /** Through which it is with avatars. */
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What counts the turns. */
  readonly metrics: () => Promise<TurnMetrics>;
  /** How long turns took, for the console. @default nobody notes it */
  readonly turns?: Pick<TurnBoard, 'watch'>;
}

/** With whom pages converse, and what must be ended with it. */
export interface Talker extends TalkerPort {
  /** Idempotent. */
  close(): Promise<void>;
}

/** A person is asked, who may have to choose a window first. */
const PICTURE_TIMEOUT_MS = 60_000;

/** Conversations for the page, as the settings have them. Nothing of them is loaded before the first question. */
export function createTalker(options: TalkerOptions): Talker {
  const talks = new Talks({
    clock: options.clock,
    open: async (lane, hooks) => {
      const chat = await openPageChat(options, lane, hooks);
      (await options.metrics()).watch(chat);
      options.turns?.watch(chat);
      return chat;
    },
  });
  return {
    knows: (session) => talks.knows(session),
    said: (place) => talks.said(place),
    watch: (place, tell) => talks.watch(place, tell),
    ask: (place, question, tell) => talks.ask(place, question, tell),
    stop: (place) => talks.stop(place),
    give: (place, picture) => talks.give(place, picture),
    forget: (place) => talks.forget(place),
    close: () => talks.close(),
  };
}

async function openPageChat(
  { resolved, client, clock, logger, version, env }: TalkerOptions,
  lane: string | undefined,
  hooks: TalkHooks,
): Promise<Chat> {
  const { config, origins } = resolved;
  const host = systemHost(env);
  const section = chatSection(config, env, host.platform);
  const given = <T>(key: 'model' | 'leadMs' | 'readyTimeoutMs', value: T): T | undefined =>
    origins[key] === 'default' ? undefined : value;
  const { openChat } = await import('../chat/index.js');
  return openChat(
    {
      ...section,
      systemPrompt: await systemPromptOf(section),
      tools: withPatience(section.tools),
      voice: {
        // The page's server plays nothing on its machine: what is local elsewhere goes to the avatar here.
        topology: section.topology === 'local' ? 'auto' : section.topology,
        lips: section.lips === 'local' ? 'auto' : section.lips,
        lane: lane ?? config.lane,
        model: given('model', config.model),
        leadMs: given('leadMs', config.leadMs),
        readyTimeoutMs: given('readyTimeoutMs', config.readyTimeoutMs),
      },
    },
    {
      client,
      clock,
      env,
      host,
      logger,
      version,
      stateFolder: userConfigFolder(env, host.platform),
      ...hooks,
    },
  );
}

/** Somebody must be asked before the page looks: longer than a program takes, unless the settings say how long. */
function withPatience(tools: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { vision = {} } = tools;
  // What is no section is refused by its reader.
  if (typeof vision !== 'object' || vision === null || Array.isArray(vision)) return tools;
  return { ...tools, vision: { timeoutMs: PICTURE_TIMEOUT_MS, ...vision } };
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE */
async function systemPromptOf(section: ChatSection): Promise<string> {
  const { systemPrompt = '', systemPromptFile } = section;
  return systemPromptFile === undefined ? systemPrompt : await textOf(systemPromptFile);
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `systemPromptFile: expected a readable text file, got ${file}: ${errorText(error)}`,
    );
  }
}
