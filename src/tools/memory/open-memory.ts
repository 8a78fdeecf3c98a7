import { type Clock, ConfigError, type Logger } from '../../runtime/index.js';
import { ChatMemory, type ChatMemoryOptions } from './chat-memory.js';
import { FileMemory, type FileMemoryOptions } from './file-memory.js';
import type { LongTermMemory } from './long-term-memory.js';

/** What the settings say of memory, checked. */
export type MemorySettings =
  | ({ readonly type: 'file' } & Partial<FileMemoryOptions>)
  | ({ readonly type: 'chatmemory' } & ChatMemoryOptions);

export interface MemoryPorts {
  readonly clock: Clock;
  readonly log?: Logger;
  readonly fetch?: typeof globalThis.fetch;
  /** Where files stand when the settings do not say; empty: there is no such place. */
  readonly folder: string;
}

/**
 * Opens the memory of the settings; nothing is read or asked yet.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - there is no place for files.
 */
export function openMemory(settings: MemorySettings, ports: MemoryPorts): LongTermMemory {
  if (settings.type === 'chatmemory') return new ChatMemory(settings, ports);
  const folder = settings.folder ?? ports.folder;
  if (folder === '')
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      'tools.memory.folder: expected a folder, since the environment names no home. Set it.',
    );
  return new FileMemory({ ...settings, folder }, ports);
}
