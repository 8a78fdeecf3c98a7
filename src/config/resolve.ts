import { readFile } from 'node:fs/promises';
import { ConfigError, nearestName } from '../runtime/index.js';
import { checkValue } from './check-value.js';
import { type ReadText, readConfigFile } from './config-file.js';
import { combinationProblems, combinationWarnings } from './cross-checks.js';
import type { LinkSpec } from './link-spec.js';
import { parseLinkUrl } from './parse-link.js';
import { type Origin, type RawValue, readEnvironment, readFlags } from './raw-value.js';
import { type Config, defaultConfig, SETTING_KEYS, type SettingKey, settingOf } from './settings.js';
import { oddBooleanFlags } from './yargs-options.js';

/** Everything that can hold settings; nothing else is read. */
export interface ConfigSources {
  /** What yargs parsed, by flag name. @default {} */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The words yargs parsed, to catch `--open=yes`, which yargs silently reads as false. @default [] */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the file system */
  readonly readText?: ReadText;
}

/** The settings of this run. */
export interface ResolvedConfig {
  readonly config: Config;
  /** `config.links`, parsed, in the same order; names and URLs are distinct. */
  readonly links: readonly LinkSpec[];
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** Sentences for the log: unknown `BRIDGE_*` names, settings that work but hardly as meant. */
  readonly warnings: readonly string[];
}

/**
 * Finds, checks and joins all settings: flag > environment > `--config` file > default.
 *
 * Every value given is checked, also one that another source overrides, so that a mistake shows at once.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID, _UNREADABLE or _LINK — one line for each problem found.
 */
export async function resolveConfig(sources: ConfigSources): Promise<ResolvedConfig> {
  const problems = oddBooleanFlags(sources.args ?? []);
  const flags = readFlags(sources.flags ?? {}, SETTING_KEYS);
  const environment = readEnvironment(sources.env, SETTING_KEYS);
  const file = await readFileOf([...environment.values, ...flags], sources.readText ?? readUtf8);

  const { values, origins } = await checkAll([...file, ...environment.values, ...flags], problems);
  failIfAny(problems);

  // Every value went through the schema of its own row.
  const config = defaultConfig(values as Partial<Config>);
  const links = parseLinks(config.links);
  failIfAny(combinationProblems(config, links));
  return {
    config,
    links,
    origins: Object.fromEntries(SETTING_KEYS.map((key) => [key, origins[key] ?? 'default'])) as Record<
      SettingKey,
      Origin
    >,
    warnings: [...environment.unknownNames.map(unknownNameWarning), ...combinationWarnings(config, links)],
  };
}

/** The values that may stand, the last of several winning; what is wrong with the others is added to `problems`. */
async function checkAll(given: readonly RawValue[], problems: string[]) {
  const values: Partial<Record<SettingKey, unknown>> = {};
  const origins: Partial<Record<SettingKey, Origin>> = {};
  // Most commands are given no setting at all: they need not wait for what would check one.
  if (given.length === 0) return { values, origins };
  const { z } = await import('zod');
  for (const raw of given) {
    const checked = checkValue(z, raw);
    if ('problem' in checked) {
      problems.push(checked.problem);
      continue;
    }
    values[raw.key] = checked.value;
    origins[raw.key] = raw.origin;
  }
  return { values, origins };
}

function readUtf8(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

async function readFileOf(values: readonly RawValue[], readText: ReadText): Promise<readonly RawValue[]> {
  const path = values.findLast((raw) => raw.key === 'configFile')?.value;
  return typeof path === 'string' && path !== '' ? readConfigFile(path, SETTING_KEYS, readText) : [];
}

function parseLinks(texts: readonly string[]): readonly LinkSpec[] {
  const problems: string[] = [];
  const links = texts.flatMap((text) => {
    try {
      return [parseLinkUrl(text)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  failIfAny(problems, 'BRIDGE_ERR_CONFIG_LINK');
  return links;
}

function failIfAny(
  problems: readonly string[],
  code: 'BRIDGE_ERR_CONFIG_INVALID' | 'BRIDGE_ERR_CONFIG_LINK' = 'BRIDGE_ERR_CONFIG_INVALID',
): void {
  if (problems.length > 0) throw new ConfigError(code, problems.join('\n'));
}

function unknownNameWarning(name: string): string {
  const near = nearestName(
    name,
    SETTING_KEYS.map((key) => settingOf(key).env),
  );
  return `${name} is set, but is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`;
}
