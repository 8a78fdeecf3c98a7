import { MASK } from './mask.js';
import { maskLink } from './mask-link.js';
import { maskSecrets } from './mask-secrets.js';
import { coerceValue, type RawValue } from './raw-value.js';
import type { Setting, Zod } from './setting.js';
import { type SettingKey, settingOf } from './settings.js';

/** A checked value, or the sentence that says why it is refused. */
export type Checked = { readonly value: unknown } | { readonly problem: string };

/** Checks one value against its row. */
export function checkValue(zod: Zod, raw: RawValue): Checked {
  const setting = settingOf(raw.key);
  const result = setting.schema(zod).safeParse(coerceValue(setting, raw.value));
  if (result.success && result.data !== undefined) return { value: result.data };
  const shown = shownValue(raw.key, raw.value);
  const from = raw.origin === 'file' ? `${raw.key} in ${raw.source}` : raw.source;
  return {
    problem: `${raw.key}: expected ${setting.expects}, got ${shown} from ${from}. ${advice(setting, raw)}`,
  };
}

function advice(setting: Setting<unknown>, raw: RawValue): string {
  const isShowable = setting.isSecret !== true && setting.default !== undefined && setting.default !== '';
  const standard = isShowable ? ` The default is ${shownValue(raw.key, setting.default)}.` : '';
  return `Change or remove it.${standard}`;
}

/** A value as it may be printed: secrets hidden, links without their tokens, nothing endless. */
export function shownValue(key: SettingKey, value: unknown): string {
  if (settingOf(key).isSecret === true) return MASK;
  const hidden = maskedValue(key, value);
  const shown = JSON.stringify(hidden) ?? String(hidden);
  return shown.length > 120 ? `${shown.slice(0, 117)}...` : shown;
}

/** The value with its secrets hidden, of the same shape. */
export function maskedValue(key: SettingKey, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (settingOf(key).isSecret === true) return MASK;
  if (settingOf(key).kind === 'section') return typeof value === 'string' ? MASK : maskSecrets(value);
  if (key !== 'links') return value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? maskLink(item) : item));
  return typeof value === 'string' ? maskLink(value) : value;
}
