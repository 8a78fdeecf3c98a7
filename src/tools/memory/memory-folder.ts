import { posix, win32 } from 'node:path';

/**
 * Where memories are when the settings name no folder; see `MemoryPorts.folder`.
 *
 * @param stateFolder - of this user's things between runs; undefined: there is none.
 */
export function memoryFolder(stateFolder: string | undefined, platform: NodeJS.Platform): string | undefined {
  const { join } = platform === 'win32' ? win32 : posix;
  return stateFolder === undefined ? undefined : join(stateFolder, 'memory');
}
