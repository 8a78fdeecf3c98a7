import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../runtime/index.js';
import { readKeep } from './keep-settings.js';
import type { KeptConversations } from './kept-conversations.js';
import type { KeptPorts } from './kept-ports.js';
import { openKept } from './open-kept.js';

/** Kept conversations for looking and forgetting. */
export interface KeptToLook {
  readonly kept: KeptConversations;
  readonly folder: string;
  /** Whether the settings keep nothing on disk (any more): what is there is from before. */
  readonly isOff: boolean;
}

const DATABASE = 'conversations.sqlite';

/**
 * Opens what section `keep` keeps on disk, or kept before it said otherwise; nothing goes because of its age.
 *
 * @param section - as the settings file gives it.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the section is wrong, or no folder is known.
 */
export async function openToLook(section: unknown, ports: Omit<KeptPorts, 'sweeps'>): Promise<KeptToLook> {
  const { store, folder: chosen } = await readKeep(section);
  const folder = chosen ?? ports.defaultFolder;
  if (folder === undefined)
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      'keep.folder: expected a folder, since the environment names no home of the user. Set keep.folder',
    );
  const isOff = store !== 'jsonl' && store !== 'sqlite';
  const settings = await readKeep({ store: isOff ? await storeIn(folder) : store, folder });
  return { kept: await openKept(settings, { ...ports, sweeps: false }), folder: resolve(folder), isOff };
}

async function storeIn(folder: string): Promise<'jsonl' | 'sqlite'> {
  return await stat(join(folder, DATABASE)).then(
    () => 'sqlite',
    () => 'jsonl',
  );
}
