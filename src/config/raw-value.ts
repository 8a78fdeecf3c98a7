import type { Setting } from './setting.js';
import { type SettingKey, settingOf } from './settings.js';

/** Where a value came from; flag wins over environment, environment over file, file over default. */
export type Origin = 'flag' | 'env' | 'file' | 'default';

/** A value as found, before it is checked. */
export interface RawValue {
  readonly key: SettingKey;
  readonly origin: Exclude<Origin, 'default'>;
  /** For messages: `--lead-ms`, `BRIDGE_LEAD_MS` or `bridge.yaml`. */
  readonly source: string;
  readonly value: unknown;
}

/** Settings that stand in the environment and the `BRIDGE_*` names that are none. An empty variable is an unset one. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  keys: readonly SettingKey[],
): { readonly values: RawValue[]; readonly unknownNames: string[] } {
  const values: RawValue[] = [];
  const known = new Set<string>();
  for (const key of keys) {
    const { env: name, kind } = settingOf(key);
    known.add(name);
    const value = env[name];
    if (value === undefined || value.trim() === '') continue;
    values.push({ key, origin: 'env', source: name, value: kind === 'list' ? splitList(value) : value });
  }
  const unknownNames = Object.keys(env).filter((name) => name.startsWith('BRIDGE_') && !known.has(name));
  return { values, unknownNames: unknownNames.sort() };
}

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/**
 * Settings that stand on the command line.
 *
 * @param flags - what yargs parsed with `yargsOptionsFor`. A flag given twice is a list there: a list setting takes
 *   all, any other setting the last one, but every one must be valid.
 */
export function readFlags(flags: Readonly<Record<string, unknown>>, keys: readonly SettingKey[]): RawValue[] {
  const values: RawValue[] = [];
  for (const key of keys) {
    const { flag, kind } = settingOf(key);
    if (flag === undefined || !Object.hasOwn(flags, flag)) continue;
    const given = flags[flag];
    if (given === undefined) continue;
    const found = { key, origin: 'flag', source: `--${flag}` } as const;
    if (kind === 'list') values.push({ ...found, value: given });
    else for (const value of Array.isArray(given) ? given : [given]) values.push({ ...found, value });
  }
  return values;
}

/**
 * Turns text into the kind of value a setting holds; what cannot be turned is given back as it is, for the schema to refuse.
 *
 * Strict on purpose: `80x`, `1e3`, `0x10` and '' are no numbers.
 */
export function coerceValue(setting: Setting<unknown>, value: unknown): unknown {
  switch (setting.kind) {
    case 'number':
      return typeof value === 'string' && /^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)
        ? Number(value)
        : value;
    case 'boolean':
      return typeof value === 'string' ? (WORDS.get(value.trim().toLowerCase()) ?? value) : value;
    case 'list':
      return typeof value === 'string' ? [value] : value;
    case 'section':
      return typeof value === 'string' ? parsedJson(value) : value;
    case 'text':
      // YAML reads `model: 0` as a number.
      return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  }
}

/** JSON, or the text itself when it is none. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);
