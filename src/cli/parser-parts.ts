import type { SettingKey } from '../config/index.js';
import type { Arguments } from './context.js';
import type { CommandRun } from './main.js';

export type Choose = (run: () => Promise<CommandRun>, args: Arguments) => void;

/** Settings of every command that may open links. */
export const LINKS: readonly SettingKey[] = [
  'links',
  'model',
  'latencyMs',
  'secondPeer',
  'allow',
  'linkTlsCert',
  'linkTlsKey',
];

export const LINK_LIFE = {
  foreground: { type: 'boolean', describe: 'Run the daemon inside this command: the link ends with it' },
  close: { type: 'boolean', describe: 'Close the link afterwards; on Linux and macOS that ends MMDAgent-EX' },
} as const;

/** Settings of the loudspeaker of this machine. */
export const OUTPUT: readonly SettingKey[] = ['outputBackend', 'outputDevice', 'volumePercent'];
