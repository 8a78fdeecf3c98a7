import type { z } from 'zod';
import { ConfigError, settingFault } from '../runtime/index.js';
import type { ToolBoxSettings } from './create-tool-box.js';
import type { WordGuardSettings } from './guards/word-guard.js';
import type { McpServerSettings } from './mcp/mcp-settings.js';
import type { MemorySettings } from './memory/open-memory.js';
import type { EyesSettings } from './vision/create-eyes.js';

/** The section `tools` of the settings, checked, with the environment's values in it. */
export interface ToolSettings extends ToolBoxSettings {
  readonly mcp: Readonly<Record<string, McpServerSettings>>;
  /** Undefined: nothing is remembered beyond a conversation. */
  readonly memory: MemorySettings | undefined;
  readonly vision: EyesSettings;
  readonly guards: readonly WordGuardSettings[];
}

type Zod = typeof z;
type Shape = Readonly<Record<string, z.ZodType>>;

const MAX_PROBLEMS = 20;
const MAX_WAIT_MS = 3_600_000;
/** A server's name goes in front of its tools' names. */
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Reads the section `tools`.
 *
 * - `mcp`: MCP servers by name, each `{command, args, env, cwd}` or `{url, headers}`, with `only`, `dynamic`, `timeoutMs`,
 *   `backgroundAfterMs`, `startTimeoutMs`. `${NAME}` in their texts is taken from the environment. @default none
 * - `memory`: `{type: file, folder, maxTurns}` or `{type: chatmemory, url, headers, channel, timeoutMs}`. @default none
 * - `vision`: `{camera, commands, maxSide, maxBytes, timeoutMs}`. @default 1280 pixels, 4 MiB, 10 s
 * - `guards`: a list of `{name, on, words, pattern, action, text, onFault}`. @default none
 * - `timeoutMs` of a tool that names none @default 30000; `maxResultChars` @default 16000
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path: `tools.mcp.files.comand: …`.
 */
export async function readToolSettings(
  section: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ToolSettings> {
  const { z: zod } = await import('zod');
  const reading: Reading = { zod, env, problems: [] };
  const top = checked(section ?? {}, 'tools', topShape(zod), reading);
  // A fault of one part hides none of another.
  const parts = isOptions(section) ? section : {};
  const settings: ToolSettings = {
    ...given('timeoutMs', top['timeoutMs'] as number | undefined),
    ...given('maxResultChars', top['maxResultChars'] as number | undefined),
    mcp: servers(parts['mcp'], reading),
    memory: parts['memory'] === undefined ? undefined : memory(parts['memory'], reading),
    vision: checked(parts['vision'] ?? {}, 'tools.vision', visionShape(zod), reading) as EyesSettings,
    guards: guards(parts['guards'], reading),
  };
  const { problems } = reading;
  if (problems.length === 0) return settings;
  throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.slice(0, MAX_PROBLEMS).join('\n'));
}

interface Reading {
  readonly zod: Zod;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly problems: string[];
}

type Options = Readonly<Record<string, unknown>>;

function waitMs(zod: Zod): z.ZodType {
  return zod.number().int().min(1).max(MAX_WAIT_MS).optional();
}

function topShape(zod: Zod): Shape {
  return {
    mcp: zod.unknown().optional(),
    memory: zod.unknown().optional(),
    vision: zod.unknown().optional(),
    guards: zod.unknown().optional(),
    timeoutMs: waitMs(zod),
    maxResultChars: zod.number().int().min(500).max(1_000_000).optional(),
  };
}

function visionShape(zod: Zod): Shape {
  return {
    camera: zod.string().min(1).optional(),
    commands: zod.record(zod.string(), zod.array(zod.string()).min(1)).optional(),
    maxSide: zod.number().int().min(64).max(8192).optional(),
    maxBytes: zod
      .number()
      .int()
      .min(10_000)
      .max(32 * 1024 * 1024)
      .optional(),
    timeoutMs: waitMs(zod),
  };
}

function serverShape(zod: Zod, isProgram: boolean): Shape {
  const texts = zod.record(zod.string(), zod.string()).default({});
  return {
    ...(isProgram
      ? {
          command: zod.string().min(1),
          args: zod.array(zod.string()).default([]),
          env: texts,
          cwd: zod.string().min(1).optional(),
        }
      : { url: zod.url({ protocol: /^https?$/ }), headers: texts }),
    only: zod.array(zod.string()).optional(),
    dynamic: zod.boolean().default(false),
    timeoutMs: waitMs(zod),
    backgroundAfterMs: zod.number().int().min(0).max(MAX_WAIT_MS).optional(),
    startTimeoutMs: zod.number().int().min(100).max(MAX_WAIT_MS).default(60_000),
  };
}

function servers(value: unknown, reading: Reading): Readonly<Record<string, McpServerSettings>> {
  const read: Record<string, McpServerSettings> = {};
  for (const [name, options] of Object.entries(named(value, 'tools.mcp', reading))) {
    const path = `tools.mcp.${name.slice(0, 64)}`;
    if (!SERVER_NAME.test(name)) {
      reading.problems.push(`${path}: expected a name of 1 to 32 letters, digits, "_" and "-". Rename it.`);
      continue;
    }
    const isProgram = isOptions(options) && options['command'] !== undefined;
    if (isOptions(options) && !isProgram && options['url'] === undefined) {
      reading.problems.push(`${path}: expected a command or a url. Say how the server is reached.`);
      continue;
    }
    const unset: string[] = [];
    const filled = filledIn(options, reading.env, unset);
    const server = checked(filled, path, serverShape(reading.zod, isProgram), reading);
    const missing =
      unset[0] === undefined ? undefined : `set ${unset[0]} in the environment: ${path} names it`;
    read[name] = { ...server, ...given('missing', missing) } as unknown as McpServerSettings;
  }
  return read;
}

function memory(value: unknown, reading: Reading): MemorySettings | undefined {
  const { zod, problems } = reading;
  const type = isOptions(value) ? value['type'] : undefined;
  if (type !== 'file' && type !== 'chatmemory') {
    problems.push('tools.memory.type: expected file or chatmemory. Choose one, or leave tools.memory out.');
    return undefined;
  }
  const shape: Shape =
    type === 'file'
      ? {
          type: zod.literal('file'),
          folder: zod.string().min(1).optional(),
          maxTurns: zod.number().int().min(10).max(1_000_000).optional(),
        }
      : {
          type: zod.literal('chatmemory'),
          url: zod.url({ protocol: /^https?$/ }),
          headers: zod.record(zod.string(), zod.string()).optional(),
          channel: zod.string().min(1).optional(),
          timeoutMs: waitMs(zod),
        };
  const unset: string[] = [];
  const read = checked(filledIn(value, reading.env, unset), 'tools.memory', shape, reading);
  for (const name of unset) problems.push(`tools.memory: ${name} is not set. Set it in the environment.`);
  return read as unknown as MemorySettings;
}

function guards(value: unknown, reading: Reading): readonly WordGuardSettings[] {
  const { zod, problems } = reading;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push('tools.guards: expected a list of guards. Write - {words: […], action: block}.');
    return [];
  }
  const shape: Shape = {
    name: zod.string().min(1).optional(),
    on: zod.enum(['request', 'response', 'both']).default('both'),
    words: zod.array(zod.string().min(1)).default([]),
    pattern: zod.string().min(1).max(1000).optional(),
    action: zod.enum(['block', 'replace']),
    text: zod.string().optional(),
    onFault: zod.enum(['pass', 'block']).default('block'),
  };
  return value.map(
    (guard, index) => checked(guard, `tools.guards.${index}`, shape, reading) as unknown as WordGuardSettings,
  );
}

/** Options that fit the shape, with its defaults; what does not is told. */
function checked(value: unknown, path: string, shape: Shape, { zod, problems }: Reading): Options {
  const result = zod.strictObject(shape).safeParse(value);
  if (result.success) return result.data as Options;
  for (const issue of result.error.issues) problems.push(settingFault(issue, path, () => Object.keys(shape)));
  return {};
}

function named(value: unknown, path: string, { problems }: Reading): Options {
  if (value === undefined || value === null) return {};
  if (isOptions(value)) return value;
  problems.push(`${path}: expected names with their options, such as "files: {command: …}".`);
  return {};
}

/** Texts with the environment's values in the place of `${NAME}`. */
function filledIn(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  unset: string[],
): unknown {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (_whole, name: string) => {
      const found = env[name];
      if (found === undefined || found === '') unset.push(name);
      return found ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, env, unset));
  if (!isOptions(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, env, unset)]));
}

/** One property, or none. */
function given<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
