import { readFile } from 'node:fs/promises';
import { type Chat, type ChatPorts, type ChatSettings, checkChat, openChat } from '../chat/index.js';
import type { BridgeClient } from '../client/index.js';
import { chatSection, userConfigFolder } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { type Clock, ConfigError, errorText, SystemClock } from '../runtime/index.js';
import type { CommandContext } from './context.js';
import { lipsSource } from './lips-source.js';
import { playbackHere } from './local-playback.js';
import { speakOptions } from './open-speech.js';
import { loudspeaker } from './play-with-lips.js';

export interface ChatHere {
  /** Whether somebody will speak into a microphone. */
  readonly hears: boolean;
  /** Whether nothing is heard but what is said while a key is down. @default false */
  readonly pushToTalk?: boolean;
  readonly user?: string | undefined;
  /** Id of a kept session that goes on, whole. */
  readonly resume?: string | undefined;
}

/**
 * The settings of a conversation as this command has them, looked at before anything is started.
 *
 * @throws {ConfigError} as `checkChat`; BRIDGE_ERR_CONFIG_UNREADABLE, BRIDGE_ERR_LIP_TABLE
 */
export async function readChatHere(
  context: CommandContext,
  { hears, pushToTalk = false, user, resume }: ChatHere,
): Promise<ChatSettings> {
  const { config, origins } = context.resolved;
  const { env } = context.io;
  const host = systemHost(env);
  const section = chatSection(config, env, host.platform);
  const { table } = (await lipsSource(context, '-')).names;
  const settings: ChatSettings = {
    ...section,
    ...(pushToTalk ? { conversation: byKeyOnly(section.conversation) } : {}),
    systemPrompt: await systemPromptOf(section),
    hears,
    user,
    resume,
    voice: {
      topology: section.topology,
      lips: section.lips,
      lane: config.lane,
      model: origins.model === 'default' ? undefined : config.model,
      leadMs: origins.leadMs === 'default' ? undefined : config.leadMs,
      readyTimeoutMs: origins.readyTimeoutMs === 'default' ? undefined : config.readyTimeoutMs,
      table,
      speak: speakOptions(context),
    },
  };
  await checkChat(settings, { clock: new SystemClock(), env, host });
  return settings;
}

/** The key of push to talk decides, and nothing else. */
function byKeyOnly(conversation: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { hearing = {} } = conversation;
  // What is wrong with it is told when it is read.
  return typeof hearing === 'object'
    ? { ...conversation, hearing: { ...hearing, vad: 'off' } }
    : conversation;
}

/** Whether these settings leave it to a key when something is said. */
export function isByKeyOnly({ conversation }: ChatSettings): boolean {
  const { hearing } = conversation ?? {};
  return typeof hearing === 'object' && hearing !== null && 'vad' in hearing && hearing.vad === 'off';
}

export interface OpenChatHere {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly tell: (text: string) => void;
  /** Faces, where they are shown in the terminal. */
  readonly write?: ChatPorts['write'];
  readonly onListening?: ChatPorts['onListening'];
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

/** Opens the conversation that `readChatHere` read. @throws as `openChat`. */
export async function openChatHere(
  context: CommandContext,
  settings: ChatSettings,
  { client, clock, tell, write, onListening, signal }: OpenChatHere,
): Promise<Chat> {
  const { env } = context.io;
  const host = systemHost(env);
  return openChat(settings, {
    client,
    clock,
    env,
    host,
    tell,
    write,
    onListening,
    // A line for each turn belongs into a log that somebody asked for, not between the words on a terminal.
    logger: await context.logger('warn'),
    version: context.version,
    openPlayback: loudspeaker(context, await playbackHere(context.io, clock)),
    stateFolder: userConfigFolder(env, host.platform),
    signal,
  });
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE */
async function systemPromptOf({
  systemPrompt,
  systemPromptFile,
}: {
  readonly systemPrompt: string | undefined;
  readonly systemPromptFile: string | undefined;
}): Promise<string | undefined> {
  if (systemPromptFile === undefined) return systemPrompt;
  try {
    return (await readFile(systemPromptFile, 'utf8')).trim();
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `systemPromptFile: expected a readable text file, got ${systemPromptFile}: ${errorText(error)}`,
    );
  }
}
