import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { userConfigFolder } from '../config/index.js';
import { conversationsFolder, type KeptConversations, openKept, readKeep } from '../kept/index.js';
import { ConfigError, SystemClock } from '../runtime/index.js';
import type { CommandContext } from './context.js';

/** Kept conversations as a command finds them. */
export interface KeptHere {
  readonly kept: KeptConversations;
  readonly folder: string;
  /** Whether the settings keep nothing (any more): what is there is from before. */
  readonly isOff: boolean;
}

type OnDisk = 'jsonl' | 'sqlite';

const DATABASE = 'conversations.sqlite';

/**
 * Opens what section `keep` of the settings keeps, for looking and forgetting: nothing goes because of its age. Where the settings keep
 * nothing, what was kept before they said so.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the section is wrong, or no folder is known.
 */
export async function openKeptHere(context: CommandContext): Promise<KeptHere> {
  const settings = await readKeep(context.resolved.config.keep);
  const { store } = settings;
  const ours = userConfigFolder(context.io.env, process.platform);
  const folder = settings.folder ?? conversationsFolder(ours, process.platform);
  if (folder === undefined)
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      'keep.folder: expected a folder, since the environment names no home of the user. Set keep.folder',
    );
  const isOff = store !== 'jsonl' && store !== 'sqlite';
  return { ...(await openFolder(context, folder, isOff ? await storeIn(folder) : store)), isOff };
}

/** Opens a folder of kept conversations, wherever it is. */
export async function openFolder(
  context: CommandContext,
  folder: string,
  store: OnDisk,
): Promise<Pick<KeptHere, 'kept' | 'folder'>> {
  const settings = await readKeep({ store, folder });
  const logger = await context.logger();
  const kept = await openKept(settings, { clock: new SystemClock(), logger, sweeps: false });
  return { kept, folder: resolve(folder) };
}

async function storeIn(folder: string): Promise<OnDisk> {
  return await stat(join(folder, DATABASE)).then(
    () => 'sqlite',
    () => 'jsonl',
  );
}
