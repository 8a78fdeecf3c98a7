import { resolve } from 'node:path';
import { userConfigFolder } from '../config/index.js';
import {
  conversationsFolder,
  type KeptToLook as KeptHere,
  openKept,
  openToLook,
  readKeep,
} from '../kept/index.js';
import { SystemClock } from '../runtime/index.js';
import type { CommandContext } from './context.js';

export type { KeptHere };

/** Opens what section `keep` of the settings keeps, as `openToLook` does. @throws as it does. */
export async function openKeptHere(context: CommandContext): Promise<KeptHere> {
  const ours = userConfigFolder(context.io.env, process.platform);
  return openToLook(context.resolved.config.keep, {
    clock: new SystemClock(),
    logger: await context.logger(),
    defaultFolder: conversationsFolder(ours, process.platform),
  });
}

/** Opens a folder of kept conversations, wherever it is. */
export async function openFolder(
  context: CommandContext,
  folder: string,
  store: 'jsonl' | 'sqlite',
): Promise<Pick<KeptHere, 'kept' | 'folder'>> {
  const settings = await readKeep({ store, folder });
  const logger = await context.logger();
  const kept = await openKept(settings, { clock: new SystemClock(), logger, sweeps: false });
  return { kept, folder: resolve(folder) };
}
