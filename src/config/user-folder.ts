import { posix, win32 } from 'node:path';

const NAME = 'mmdagent-bridge';

/**
 * The folder in which this user's things are kept between runs: `$XDG_CONFIG_HOME` or `~/.config` on Linux, `~/Library/Application
 * Support` on macOS, `%APPDATA%` on Windows, and in it a folder of ours. It need not exist.
 *
 * @returns undefined when the environment names no home.
 * @source XDG Base Directory Specification: a relative path is to be ignored.
 */
export function userConfigFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string | undefined {
  if (platform === 'win32') {
    const roaming = env['APPDATA'];
    if (isUsable(roaming, win32.isAbsolute)) return win32.join(roaming, NAME);
    const profile = env['USERPROFILE'];
    return isUsable(profile, win32.isAbsolute) ? win32.join(profile, 'AppData', 'Roaming', NAME) : undefined;
  }
  const home = isUsable(env['HOME'], posix.isAbsolute) ? env['HOME'] : undefined;
  if (platform === 'darwin') {
    return home === undefined ? undefined : posix.join(home, 'Library', 'Application Support', NAME);
  }
  const xdg = env['XDG_CONFIG_HOME'];
  if (isUsable(xdg, posix.isAbsolute)) return posix.join(xdg, NAME);
  return home === undefined ? undefined : posix.join(home, '.config', NAME);
}

/**
 * The folder for what can be fetched again: `$XDG_CACHE_HOME` or `~/.cache` on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on
 * Windows, and in it a folder of ours. It need not exist.
 *
 * @returns undefined when the environment names no home.
 */
export function userCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string | undefined {
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'];
    if (isUsable(local, win32.isAbsolute)) return win32.join(local, NAME, 'Cache');
    const profile = env['USERPROFILE'];
    return isUsable(profile, win32.isAbsolute)
      ? win32.join(profile, 'AppData', 'Local', NAME, 'Cache')
      : undefined;
  }
  const home = isUsable(env['HOME'], posix.isAbsolute) ? env['HOME'] : undefined;
  if (platform === 'darwin')
    return home === undefined ? undefined : posix.join(home, 'Library', 'Caches', NAME);
  const xdg = env['XDG_CACHE_HOME'];
  if (isUsable(xdg, posix.isAbsolute)) return posix.join(xdg, NAME);
  return home === undefined ? undefined : posix.join(home, '.cache', NAME);
}

/** Where `calibrate` keeps what it found; undefined when the environment names no home. */
export function calibrationFile(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string | undefined {
  const folder = userConfigFolder(env, platform);
  const { join } = platform === 'win32' ? win32 : posix;
  return folder === undefined ? undefined : join(folder, 'calibration.json');
}

function isUsable(path: string | undefined, isAbsolute: (path: string) => boolean): path is string {
  return path !== undefined && path !== '' && isAbsolute(path);
}
