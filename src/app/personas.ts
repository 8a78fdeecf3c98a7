import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { ChatSettings } from '../chat/index.js';
import { type ChatSection, type Config, chatSection, type ResolvedConfig } from '../config/index.js';
import { ConfigError, errorText, settingFault } from '../runtime/index.js';
import type { Personas } from '../sessions/index.js';

type Zod = typeof z;

/** What every conversation of the server begins from, and those who differ. */
export interface ReadPersonas {
  readonly personas: Personas;
  /** For those who name none. */
  readonly standard: string;
  /** Files that were read: when they change, this must be read again. */
  readonly files: readonly string[];
}

/** Always there: the settings as they are. */
export const STANDARD_PERSONA = 'default';

/** One of section `personas`: what differs from the settings. Sections replace those of the settings name by name. */
interface PersonaEntry {
  readonly systemPrompt?: string | undefined;
  readonly systemPromptFile?: string | undefined;
  readonly welcome?: string | undefined;
  readonly llmEngine?: string | undefined;
  readonly llmModel?: string | undefined;
  readonly ttsEngine?: string | undefined;
  readonly sttEngine?: string | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly speed?: number | undefined;
  readonly conversation?: Readonly<Record<string, unknown>> | undefined;
  readonly expression?: Readonly<Record<string, unknown>> | undefined;
  readonly tools?: Readonly<Record<string, unknown>> | undefined;
}

const MAX_PROBLEMS = 20;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const FIELDS: readonly (keyof PersonaEntry)[] = [
  'systemPrompt',
  'systemPromptFile',
  'welcome',
  'llmEngine',
  'llmModel',
  'ttsEngine',
  'sttEngine',
  'voice',
  'language',
  'speed',
  'conversation',
  'expression',
  'tools',
];

export interface PersonaOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** @default the file system */
  readonly readText?: (path: string) => Promise<string>;
}

/**
 * Reads section `personas`, as settings of conversations.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault; BRIDGE_ERR_CONFIG_UNREADABLE - a file of a system prompt.
 */
export async function readPersonas(resolved: ResolvedConfig, options: PersonaOptions): Promise<ReadPersonas> {
  const { config } = resolved;
  const { z: zod } = await import('zod');
  const checked = schema(zod).safeParse(config.personas);
  if (!checked.success) {
    const problems = checked.error.issues
      .slice(0, MAX_PROBLEMS)
      .map((issue) => settingFault(issue, 'personas', (path) => (path.length === 1 ? FIELDS : [])));
    throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  }
  const entries: Readonly<Record<string, PersonaEntry>> = checked.data;
  const standard = config.persona ?? STANDARD_PERSONA;
  if (standard !== STANDARD_PERSONA && !Object.hasOwn(entries, standard))
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `persona: expected one of ${[STANDARD_PERSONA, ...Object.keys(entries)].join(', ')}, got ${standard}. Add it to personas, or name another.`,
    );
  const base = chatSection(config, options.env, options.platform);
  const voice = voiceOf(resolved);
  const personas: Record<string, ChatSettings> = {};
  const files = new Set<string>();
  for (const [name, entry] of [[STANDARD_PERSONA, {}] as const, ...Object.entries(entries)]) {
    const section = merged(base, entry);
    if (section.systemPromptFile !== undefined) files.add(section.systemPromptFile);
    personas[name] = {
      ...section,
      systemPrompt: await promptOf(section, options.readText ?? readUtf8),
      voice: { ...voice, lips: section.lips === 'local' ? 'auto' : section.lips },
    };
  }
  return { personas, standard, files: [...files] };
}

/** How the avatars of the bridge speak. The server plays nothing on its machine. */
function voiceOf({ config, origins }: ResolvedConfig): NonNullable<ChatSettings['voice']> {
  const { topology, lane } = config;
  const given = <K extends keyof Config>(key: K): Config[K] | undefined =>
    origins[key] === 'default' ? undefined : config[key];
  return {
    topology: topology === 'local' ? 'auto' : topology,
    lane,
    model: given('model'),
    leadMs: given('leadMs'),
    readyTimeoutMs: given('readyTimeoutMs'),
  };
}

function merged(base: ChatSection, entry: PersonaEntry): ChatSection {
  const { systemPrompt, systemPromptFile, welcome, llmEngine, llmModel, sttEngine } = entry;
  const { ttsEngine, voice, language, speed } = entry;
  const hasPrompt = systemPrompt !== undefined || systemPromptFile !== undefined;
  return {
    ...base,
    llm: {
      ...base.llm,
      ...(llmEngine === undefined ? {} : { engine: llmEngine, model: undefined }),
      ...(llmModel === undefined ? {} : { model: llmModel }),
    },
    recognition: { ...base.recognition, ...(sttEngine === undefined ? {} : { engine: sttEngine }) },
    speech: {
      ...base.speech,
      ...(ttsEngine === undefined ? {} : { engine: ttsEngine, voice: undefined }),
      ...(voice === undefined ? {} : { voice }),
      ...(language === undefined ? {} : { language }),
      ...(speed === undefined ? {} : { speed }),
    },
    ...(hasPrompt ? { systemPrompt, systemPromptFile } : {}),
    conversation: {
      ...base.conversation,
      ...(language === undefined ? {} : { language }),
      ...entry.conversation,
      ...(welcome === undefined ? {} : { welcome }),
    },
    expression: { ...base.expression, ...entry.expression },
    tools: { ...base.tools, ...entry.tools },
  };
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE */
async function promptOf(
  { systemPrompt, systemPromptFile }: ChatSection,
  readText: (path: string) => Promise<string>,
): Promise<string | undefined> {
  if (systemPromptFile === undefined) return systemPrompt;
  try {
    return (await readText(systemPromptFile)).trim();
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `systemPromptFile: expected a readable text file, got ${systemPromptFile}: ${errorText(error)}`,
    );
  }
}

function readUtf8(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

function schema(zod: Zod) {
  const text = (most: number) => zod.string().max(most).optional();
  const section = zod.record(zod.string(), zod.unknown()).optional();
  const entry = zod
    .strictObject({
      systemPrompt: text(100_000),
      systemPromptFile: text(4096),
      welcome: text(2000),
      llmEngine: text(300),
      llmModel: text(300),
      ttsEngine: text(300),
      sttEngine: text(300),
      voice: text(300),
      language: text(35),
      speed: zod.number().min(0.25).max(4).optional(),
      conversation: section,
      expression: section,
      tools: section,
    })
    .refine(
      ({ systemPrompt, systemPromptFile }) => systemPrompt === undefined || systemPromptFile === undefined,
      {
        error: 'expected systemPrompt or systemPromptFile, not both',
      },
    );
  const name = zod.string().regex(NAME, { error: 'expected a name of letters, digits, dots, _ and -' });
  return zod.record(name, entry);
}
