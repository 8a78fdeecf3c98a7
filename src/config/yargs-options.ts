import { SETTING_KEYS, type SettingKey, settingOf } from './settings.js';

/** The part of a yargs option definition that the table yields. */
export interface FlagOption {
  readonly type: 'string' | 'boolean';
  readonly describe: string;
  readonly defaultDescription?: string;
  readonly requiresArg?: true;
}

/**
 * The yargs options of the settings a command takes; settings without a flag are left out.
 *
 * Numbers are declared as text and no default is given: yargs would turn `80x` into NaN without a word, and a default
 * would look like a flag. `resolveConfig` does both properly.
 */
export function yargsOptionsFor(keys: readonly SettingKey[]): Record<string, FlagOption> {
  const options: Record<string, FlagOption> = {};
  for (const key of keys) {
    const { flag, kind, choices, describe, env } = settingOf(key);
    if (flag === undefined) continue;
    const words = choices === undefined ? '' : ` (${choices.join(', ')})`;
    const standard = defaultText(key);
    options[flag] = {
      type: kind === 'boolean' ? 'boolean' : 'string',
      describe: `${describe}${words} [${env}]`,
      ...(standard === '' ? {} : { defaultDescription: standard }),
      ...(kind === 'boolean' ? {} : { requiresArg: true }),
    };
  }
  return options;
}

/** A default as help and README show it; '' for none. */
export function defaultText(key: SettingKey): string {
  const value = settingOf(key).default;
  if (value === undefined) return '';
  if (typeof value === 'object') return Array.isArray(value) ? value.join(',') : '';
  return String(value);
}

/**
 * Finds what yargs reads as false without a word: `--open=yes`.
 *
 * @param args - the words of the command line; those after `--` are not looked at.
 * @returns One sentence for each.
 */
export function oddBooleanFlags(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const booleans = SETTING_KEYS.filter((key) => settingOf(key).kind === 'boolean');
  return (end < 0 ? args : args.slice(0, end)).flatMap((word) => {
    const [, flag, value] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
    const key = booleans.find((candidate) => settingOf(candidate).flag === flag);
    if (key === undefined || value === 'true' || value === 'false') return [];
    return [
      `${key}: expected true or false, got "${value?.slice(0, 40)}" from --${flag}. Write --${flag} or --no-${flag}.`,
    ];
  });
}
