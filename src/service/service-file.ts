import { SETTING_KEYS, settingOf } from '../config/index.js';
import { assertNever, ConfigError } from '../runtime/index.js';
import { launchdPlist } from './launchd-plist.js';
import { systemdUnit } from './systemd-unit.js';
import { windowsTask } from './windows-task.js';

/** The systems that can start the daemon at login. */
export const SERVICE_KINDS = ['systemd', 'windows-task', 'launchd'] as const;

/** One of them. */
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** What is to be started. */
export interface ServiceCommand {
  /** Absolute path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables the daemon gets; never secrets. Windows tasks take none. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The text that makes a system start the daemon when the user logs in, and again when it fails.
 *
 * Quoted for the system's own rules, so that a path with blanks, quotes, `%` or `$` stays one word and nothing in it is run
 * or replaced. Secrets are refused: these files are readable and get copied about.
 *
 * @returns Text with '\n' line ends; its first comment says where to put it and how to switch it on.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID — a secret in `env`, a program without absolute path, a control character,
 *   or what the system has no way to write.
 */
export function serviceFile(kind: ServiceKind, service: ServiceCommand): string {
  refuseSecrets(service.env);
  refuseUnwritable([service.command, ...service.args, ...Object.values(service.env)]);
  switch (kind) {
    case 'systemd':
      return systemdUnit(service);
    case 'windows-task':
      return windowsTask(service);
    case 'launchd':
      return launchdPlist(service);
    default:
      return assertNever(kind);
  }
}

function refuseSecrets(env: Readonly<Record<string, string>>): void {
  for (const key of SETTING_KEYS) {
    const setting = settingOf(key);
    if (setting.isSecret !== true || !Object.hasOwn(env, setting.env)) continue;
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `${setting.env} is a secret and must not stand in a service file: put it where the file's first lines say.`,
    );
  }
  const odd = Object.keys(env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (odd !== undefined) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `${JSON.stringify(odd)} cannot be the name of a variable.`,
    );
  }
}

/** Control characters would end a line or an element; lone surrogates and U+FFFE, U+FFFF cannot stand in XML at all. */
function refuseUnwritable(words: readonly string[]): void {
  const bad = words.find((word) => /[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/u.test(word));
  if (bad === undefined) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `${JSON.stringify(bad.slice(0, 64))} holds a character that no service file can hold: rename it.`,
  );
}
