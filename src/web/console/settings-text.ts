/** One setting as the server tells it, secrets masked. */
export interface ShownSetting {
  readonly key: string;
  readonly value?: unknown;
  readonly origin: string;
}

export interface SettingsWish {
  readonly filter: string;
  readonly onlyChanged: boolean;
}

/** Those that hold the filter in name, value or origin. */
export function shownSettings(
  settings: readonly ShownSetting[],
  { filter, onlyChanged }: SettingsWish,
): ShownSetting[] {
  const wanted = filter.trim().toLowerCase();
  return settings.filter(({ key, value, origin }) => {
    if (onlyChanged && origin === 'default') return false;
    return `${key}\n${valueText(value) ?? ''}\n${origin}`.toLowerCase().includes(wanted);
  });
}

/** As it stands in a settings file; undefined: it is not set. */
export function valueText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return JSON.stringify(value, undefined, typeof value === 'object' ? 2 : 0);
}
