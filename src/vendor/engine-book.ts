import type { z } from 'zod';
import { ConfigError, nearestName, settingFault } from '../runtime/index.js';
import { isAtVendor, KEY_OPTIONS, withEnvironment } from './engine-environment.js';
import type { Zod } from './engine-options.js';
import { isFields } from './json-fields.js';

/** What the settings know of a kind of engine: what `type` names in `engines.NAME`, `llmEngines.NAME` and the like. */
export interface EngineFacts {
  /** One line for help and README; no full stop at the end. */
  readonly description: string;
  /** Of the options with their defaults, `type` among them; strict. */
  readonly schema: (zod: Zod) => z.ZodType;
  /** Environment variable that holds the key, when the options give none; it goes to `keyHosts` only. */
  readonly keyEnv?: string | undefined;
  /** Hosts of the vendor, for engines whose address can be set. */
  readonly keyHosts?: RegExp | undefined;
  /** Whether a server at another address may want no key. @default false */
  readonly isOpenElsewhere?: boolean | undefined;
  /** Other options that an environment variable gives: option to variable. */
  readonly optionEnv?: Readonly<Record<string, string>> | undefined;
  /** Whether it cannot work without a key. @default false */
  readonly needsKey?: boolean | undefined;
}

/** A kind of engine and how one is made. @typeParam P - what it takes from the machine. @typeParam E - what is made. */
export interface EngineKind<P, E> extends EngineFacts {
  readonly create: (name: string, options: never, ports: P) => E | Promise<E>;
}

/** One engine as the settings describe it. */
export interface EngineEntry {
  readonly name: string;
  readonly type: string;
  /** Whether it stands in the settings; else it is there because its kind is. */
  readonly isConfigured: boolean;
  /** Whether a key for it was found in the options or the environment. */
  readonly hasKey: boolean;
  /** Why it cannot work as it is, and what to do. */
  readonly missing: string | undefined;
  /** Options that stand nowhere but in the environment: option to variable. @default none */
  readonly fromEnvironment?: Readonly<Record<string, string>>;
  /** Checked; undefined when `missing` says why not. */
  readonly options: unknown;
}

/** Names go into lists divided by commas, files and messages. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** How many faults of one section are told at once. */
const MAX_PROBLEMS = 20;

export type EngineKinds<P, E> = Readonly<Record<string, EngineKind<P, E>>>;

/**
 * Reads `engines`: those that are configured, in their order, then every kind under its own name with its standard options.
 *
 * @param section - name of the setting, for messages.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path: `engines.my-voice.speed: …`.
 */
export async function readEngines(
  engines: unknown,
  kinds: Readonly<Record<string, EngineFacts>>,
  env: Readonly<Record<string, string | undefined>>,
  section = 'engines',
): Promise<ReadonlyMap<string, EngineEntry>> {
  const { z: zod } = await import('zod');
  const problems: string[] = [];
  const entries = new Map<string, EngineEntry>();
  for (const [name, given] of Object.entries(sectionOf(engines, section, problems))) {
    const entry = configuredEntry(name, given, { kinds, env, zod, problems, section });
    if (entry !== undefined) entries.set(name, entry);
  }
  if (problems.length > 0)
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.slice(0, MAX_PROBLEMS).join('\n'));
  for (const [type, kind] of Object.entries(kinds)) {
    if (!entries.has(type))
      entries.set(type, builtInEntry(type, kind, { kinds, env, zod, problems, section }));
  }
  return entries;
}

interface Reading {
  readonly section: string;
  readonly kinds: Readonly<Record<string, EngineFacts>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly zod: Zod;
  readonly problems: string[];
}

function sectionOf(engines: unknown, section: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (engines === undefined || engines === null) return {};
  if (isFields(engines)) return engines;
  problems.push(`${section}: expected names of engines with their options, such as "openai: {model: …}".`);
  return {};
}

function configuredEntry(
  name: string,
  given: unknown,
  { kinds, env, zod, problems, section }: Reading,
): EngineEntry | undefined {
  const path = `${section}.${name.slice(0, 64)}`;
  if (!NAME.test(name)) {
    problems.push(`${path}: expected a name of 1 to 64 letters, digits, ".", "_" and "-". Rename it.`);
    return undefined;
  }
  if (given !== null && !isFields(given)) {
    problems.push(`${path}: expected options of an engine, got ${shown(given)}. Write {type: …, …}.`);
    return undefined;
  }
  const type = given?.['type'] ?? name;
  const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined || typeof type !== 'string') {
    problems.push(
      `${path}.type: expected ${kindNames(kinds)}, got ${shown(type)}.${hint(String(type), Object.keys(kinds))}`,
    );
    return undefined;
  }
  const { options, missing, taken } = withEnvironment({ ...given, type }, kind, env, path);
  const checked = kind.schema(zod).safeParse(options);
  // An option that waits for its variable is no fault of the rest.
  if (!checked.success && missing === undefined) {
    problems.push(
      ...checked.error.issues.map((issue) => settingFault(issue, path, () => optionNames(kind.schema(zod)))),
    );
    return undefined;
  }
  return entryOf({ name, type, path, kind }, { isConfigured: true, checked, missing, taken });
}

function builtInEntry(type: string, kind: EngineFacts, { env, zod, section }: Reading): EngineEntry {
  const path = `${section}.${type}`;
  const { options, missing, taken } = withEnvironment({ type }, kind, env, path);
  const checked = kind.schema(zod).safeParse(options);
  const needed = checked.success
    ? ''
    : checked.error.issues.map(({ path }) => path.map(String).join('.')).join(', ');
  const advice = checked.success
    ? missing
    : (variablesFor(needed, kind) ?? `set ${needed} under ${path} in the config file`);
  return entryOf({ name: type, type, path, kind }, { isConfigured: false, checked, missing: advice, taken });
}

/** What to set in the environment for options that are needed; undefined: they do not come from there. */
function variablesFor(needed: string, { keyEnv, optionEnv = {} }: EngineFacts): string | undefined {
  const variables = needed.split(', ').map((option) => optionEnv[option]);
  if (variables.includes(undefined)) return undefined;
  return `set ${[...(keyEnv === undefined ? [] : [keyEnv]), ...variables].join(' and ')} in the environment`;
}

function entryOf(
  {
    name,
    type,
    path,
    kind,
  }: { readonly name: string; readonly type: string; readonly path: string; readonly kind: EngineFacts },
  found: {
    readonly isConfigured: boolean;
    readonly checked: z.ZodSafeParseResult<unknown>;
    readonly missing: string | undefined;
    readonly taken: Readonly<Record<string, string>>;
  },
): EngineEntry {
  const { isConfigured, checked, taken: fromEnvironment } = found;
  const options = checked.success ? checked.data : undefined;
  const hasKey = isFields(options) && KEY_OPTIONS.some((option) => typeof options[option] === 'string');
  const missing =
    found.missing ?? (hasKey || !isFields(options) ? undefined : keyAdvice(options, kind, path));
  return { name, type, isConfigured, hasKey, missing, fromEnvironment, options };
}

/** What to do about a key that is not there; undefined where it may do without. */
function keyAdvice(
  options: Readonly<Record<string, unknown>>,
  kind: EngineFacts,
  path: string,
): string | undefined {
  if (kind.needsKey !== true) return undefined;
  const { keyEnv = 'its key' } = kind;
  if (isAtVendor(options, kind)) return `set ${keyEnv} in the environment`;
  if (kind.isOpenElsewhere === true) return undefined;
  return `set ${path}.apiKey, for example to "\${${keyEnv}}": by itself that variable goes to the vendor only`;
}

function optionNames(schema: z.ZodType): readonly string[] {
  const shape = (schema as { readonly shape?: unknown }).shape;
  return isFields(shape) ? Object.keys(shape) : [];
}

function kindNames(kinds: Readonly<Record<string, EngineFacts>>): string {
  return `one of ${Object.keys(kinds).join(', ')}`;
}

/** A sentence that names what was probably meant, or ''. */
export function hint(wrong: string, known: readonly string[]): string {
  const near = nearestName(wrong, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : Array.isArray(value)
      ? 'a list'
      : typeof value;
}
