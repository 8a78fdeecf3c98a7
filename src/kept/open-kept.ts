import { resolve } from 'node:path';
import { ConfigError, SILENT_LOGGER } from '../runtime/index.js';
import { JsonlStore } from './jsonl-store.js';
import type { KeepSettings } from './keep-settings.js';
import type { KeptConversations } from './kept-conversations.js';
import type { KeptPorts, SqliteModule } from './kept-ports.js';
import { MemoryStore, NO_STORE } from './memory-store.js';
import { newSessionId } from './session-id.js';
import type { SessionStore } from './session-store.js';
import { SqliteStore } from './sqlite-store.js';
import { StoredConversations } from './stored-conversations.js';

/**
 * Opens the place where conversations are kept; removes what is too old in the background, now and once a day, unless `ports.sweeps` says otherwise.
 *
 * @param settings - see `readKeep`.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - no folder is known, or `sqlite` on a Node without it.
 */
export async function openKept(settings: KeepSettings, ports: KeptPorts): Promise<KeptConversations> {
  const isOnDisk = settings.store === 'jsonl' || settings.store === 'sqlite';
  const folder = isOnDisk ? folderOf(settings, ports) : undefined;
  const kept = new StoredConversations({
    settings,
    store: await openStore(settings, folder, ports),
    folder,
    clock: ports.clock,
    logger: ports.logger ?? SILENT_LOGGER,
    newId: ports.newId ?? newSessionId,
  });
  if (ports.sweeps !== false) kept.keepInLimits();
  return kept;
}

async function openStore(
  settings: KeepSettings,
  folder: string | undefined,
  { loadSqlite = nodeSqlite }: KeptPorts,
): Promise<SessionStore> {
  if (folder === undefined) return settings.store === 'memory' ? new MemoryStore(settings) : NO_STORE;
  return settings.store === 'sqlite' ? await SqliteStore.open(folder, loadSqlite) : new JsonlStore(folder);
}

function folderOf({ folder }: KeepSettings, { defaultFolder }: KeptPorts): string {
  const path = folder ?? defaultFolder;
  if (path !== undefined) return resolve(path);
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    'keep.folder: expected a folder, since the environment names no home of the user. Set keep.folder',
  );
}

/** Named by a variable: the types of Node 20 do not know it, and bundlers need not look for it. */
async function nodeSqlite(): Promise<SqliteModule> {
  const name = 'node:sqlite';
  return (await import(name)) as SqliteModule;
}
