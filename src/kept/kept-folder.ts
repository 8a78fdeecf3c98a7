import { posix, win32 } from 'node:path';

/**
 * Where conversations are kept when the settings name no folder.
 *
 * @param stateFolder - of this user's things between runs; undefined: there is none.
 */
export function conversationsFolder(
  stateFolder: string | undefined,
  platform: NodeJS.Platform,
): string | undefined {
  const { join } = platform === 'win32' ? win32 : posix;
  return stateFolder === undefined ? undefined : join(stateFolder, 'conversations');
}
