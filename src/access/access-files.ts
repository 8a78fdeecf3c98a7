import { posix, win32 } from 'node:path';
import { userConfigFolder } from '../config/index.js';

/** Where this user's keys and certificate lie unless settings say otherwise; nothing of it need exist. */
export interface AccessFiles {
  readonly keyFile: string;
  /** Of `cert.pem` and `key.pem`. */
  readonly certFolder: string;
}

/** @returns undefined when the environment names no home. */
export function accessFiles(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): AccessFiles | undefined {
  const folder = userConfigFolder(env, platform);
  if (folder === undefined) return undefined;
  const { join } = platform === 'win32' ? win32 : posix;
  return { keyFile: join(folder, 'keys.json'), certFolder: join(folder, 'tls') };
}
