import type { Clock, Logger } from '../../runtime/index.js';
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
  /** Where files stand when the settings do not say. */
  readonly folder: string;
}

/** Opens the memory of the settings; nothing is read or asked yet. */
export function openMemory(settings: MemorySettings, ports: MemoryPorts): LongTermMemory {
  if (settings.type === 'chatmemory') return new ChatMemory(settings, ports);
  return new FileMemory({ ...settings, folder: settings.folder ?? ports.folder }, ports);
}
