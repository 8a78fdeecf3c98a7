import { basename, dirname, extname, isAbsolute, join } from 'node:path';
import { ConfigError, errorText, nearestName } from '../runtime/index.js';
import { literalSecrets } from './mask-secrets.js';
import type { RawValue } from './raw-value.js';
import { type SettingKey, settingOf } from './settings.js';

/** Reads a text file; injected so that tests need no disk. */
export type ReadText = (path: string) => Promise<string>;

/**
 * Reads the settings in a YAML or JSON file (`.json` is JSON, anything else YAML).
 *
 * A key with no value counts as absent; a relative path counts from the folder of the file.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE — no such file, or not YAML/JSON with settings at the top.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID — a key that is no setting, or may not stand in a file.
 */
export async function readConfigFile(
  path: string,
  keys: readonly SettingKey[],
  readText: ReadText,
): Promise<RawValue[]> {
  const content = await parseFile(path, readText);
  const source = basename(path);
  const values: RawValue[] = [];
  for (const [name, value] of Object.entries(content)) {
    const key = keys.find((candidate) => candidate === name);
    if (key === undefined) throw unknownKey(name, path, keys);
    const setting = settingOf(key);
    if (setting.fileAllowed === false) {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_INVALID',
        `${name} must not stand in ${path}: set ${setting.env}${setting.flag === undefined ? '' : ` or --${setting.flag}`} instead, and remove it from the file.`,
      );
    }
    if (value === null || value === undefined) continue;
    if (setting.kind === 'section') refuseSecrets(name, value, path);
    const isRelative =
      setting.isPath === true && typeof value === 'string' && value !== '' && !isAbsolute(value);
    values.push({ key, origin: 'file', source, value: isRelative ? join(dirname(path), value) : value });
  }
  return values;
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
function refuseSecrets(name: string, value: unknown, path: string): void {
  const [where] = literalSecrets(value);
  if (where === undefined) return;
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `${name}.${where.slice(0, 120)} must not stand in ${path}: put it into an environment variable and write \${VARIABLE} here, with the name of that variable.`,
  );
}

async function parseFile(path: string, readText: ReadText): Promise<Readonly<Record<string, unknown>>> {
  let parsed: unknown;
  try {
    const content = (await readText(path)).replace(/^\uFEFF/, '');
    parsed =
      extname(path).toLowerCase() === '.json'
        ? JSON.parse(content)
        : (await import('yaml')).parse(content, { logLevel: 'error' });
  } catch (error) {
    // Parsers quote the text around the fault, which may hold a secret put there by mistake: only the first line is kept.
    const [reason] = errorText(error).split('\n');
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `Config file ${path} could not be read: ${quoteFree(reason ?? '')}. Give --config a readable YAML or JSON file; in YAML, put a text that ends in a colon in quotes.`,
      { cause: error },
    );
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed === 'object' && !Array.isArray(parsed)) return { ...parsed };
  throw new ConfigError(
    'BRIDGE_ERR_CONFIG_UNREADABLE',
    `Config file ${path} must hold settings as "name: value" lines (or one JSON object), not ${Array.isArray(parsed) ? 'a list' : `a ${typeof parsed}`}.`,
  );
}

/** JSON.parse quotes up to the whole input after `, "`; the position before it is enough. */
function quoteFree(reason: string): string {
  return reason.replace(/, ?(?:\.\.\.)?".*$/s, '').replace(/[.:]$/, '');
}

function unknownKey(name: string, path: string, keys: readonly SettingKey[]): ConfigError {
  const shown = name.slice(0, 64);
  const near = nearestName(name, keys);
  const hint = near === undefined ? 'See `config show` for the names.' : `Did you mean ${near}?`;
  return new ConfigError('BRIDGE_ERR_CONFIG_INVALID', `"${shown}" in ${path} is not a setting. ${hint}`);
}
