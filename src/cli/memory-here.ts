import { userConfigFolder } from '../config/index.js';
import { SystemClock } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** What is remembered of users, for those who want it forgotten. */
export interface MemoryHere {
  /** One session, or everything of the user. @param user - undefined: the one at this machine. @throws {RequestError} BRIDGE_ERR_MEMORY */
  forget(user: string | undefined, session?: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The long-term memory that the settings name; undefined: there is none.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID
 */
export async function openMemoryHere(context: CommandContext): Promise<MemoryHere | undefined> {
  const { config } = context.resolved;
  if (config.tools['memory'] === undefined) return undefined;
  const { memoryFolder, memoryUser, openMemory, readToolSettings } = await import('../tools/index.js');
  const { env } = context.io;
  const { memory } = await readToolSettings(config.tools, env);
  if (memory === undefined) return undefined;
  const folder = memoryFolder(userConfigFolder(env, process.platform), process.platform) ?? '';
  const opened = openMemory(memory, { clock: new SystemClock(), log: await context.logger(), folder });
  return {
    forget: (user, session) => opened.forget(memoryUser({ user }), session),
    close: () => opened.close(),
  };
}
