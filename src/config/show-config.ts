import { maskedValue } from './check-value.js';
import type { Origin } from './raw-value.js';
import type { ResolvedConfig } from './resolve.js';
import { SETTING_KEYS, type SettingKey, settingOf } from './settings.js';
import { defaultText } from './yargs-options.js';

/** One line of `config show`. */
export interface ShownSetting {
  readonly key: SettingKey;
  /** Secrets and link tokens masked; undefined (absent in JSON) when not set. */
  readonly value: unknown;
  readonly origin: Origin;
  readonly flag: string | undefined;
  readonly env: string;
}

/** Every setting with its value and where it came from; safe to print. */
export function shownConfig(resolved: ResolvedConfig): ShownSetting[] {
  return SETTING_KEYS.map((key) => {
    const { flag, env } = settingOf(key);
    return { key, value: maskedValue(key, resolved.config[key]), origin: resolved.origins[key], flag, env };
  });
}

/** One row of README's config table. */
export interface ConfigDocsRow {
  readonly setting: string;
  /** `--lead-ms`, or '' for none. */
  readonly flag: string;
  readonly env: string;
  /** '' for none. */
  readonly default: string;
  readonly expects: string;
  readonly describe: string;
}

/** The rows of README's config table, in table order. */
export function configDocsRows(): ConfigDocsRow[] {
  return SETTING_KEYS.map((key) => {
    const { flag, env, expects, describe } = settingOf(key);
    return {
      setting: key,
      flag: flag === undefined ? '' : `--${flag}`,
      env,
      default: defaultText(key),
      expects,
      describe,
    };
  });
}
