import { ConfigError } from '../runtime/index.js';
import { type EngineEntry, isFields, readEngines } from '../vendor/index.js';
import { realtimeName } from './around/choose-llms.js';
import { LLM_ENGINE_KINDS } from './llm-kinds.js';

type Environment = Readonly<Record<string, string | undefined>>;

export const LLM_SECTION = 'llmEngines';

/**
 * Reads the section `llmEngines`: those that are configured, in their order, then every kind under its own name.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function readLlmEngines(
  engines: unknown,
  env: Environment,
): Promise<ReadonlyMap<string, EngineEntry>> {
  const { GEMINI_API_KEY: own, GOOGLE_API_KEY: other } = env;
  const isOwn = (own !== undefined && own.trim() !== '') || other === undefined;
  if (isOwn) return readEngines(engines, LLM_ENGINE_KINDS, env, LLM_SECTION);
  // Google's own programs know the key of Gemini by two names. Source: googleapis/js-genai README, "API key".
  const entries = await readEngines(
    engines,
    LLM_ENGINE_KINDS,
    { ...env, GEMINI_API_KEY: other },
    LLM_SECTION,
  );
  return new Map([...entries].map(([name, entry]) => [name, withOtherName(entry)]));
}

/** Tells the variable that is really set. */
function withOtherName(entry: EngineEntry): EngineEntry {
  const { fromEnvironment = {} } = entry;
  const names = Object.entries(fromEnvironment).map(([option, variable]) => [
    option,
    variable === 'GEMINI_API_KEY' ? 'GOOGLE_API_KEY' : variable,
  ]);
  return { ...entry, fromEnvironment: Object.fromEntries(names) };
}

/** The section with another model for one engine; an engine that stands only as a kind is written into it. */
export function withModel(engines: unknown, name: string, model: string): unknown {
  const section = isFields(engines) ? engines : {};
  const given = section[name];
  return { ...section, [name]: { ...(isFields(given) ? given : {}), model } };
}

/**
 * Which way a conversation goes: the name of an engine of speech-to-speech, or undefined for a model of text between recognition and
 * synthesis. Names are the same in both ways.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID
 */
export async function realtimeEngine(
  settings: { readonly engines?: unknown; readonly engine?: string | undefined },
  env: Environment,
): Promise<string | undefined> {
  return realtimeName(settings.engine, await readLlmEngines(settings.engines, env));
}

/** Checks a section without opening anything; what `config` and `doctor` ask. @throws {ConfigError} */
export async function checkLlmEngines(engines: unknown, env: Environment): Promise<void> {
  if (engines !== undefined && !isFields(engines))
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_INVALID',
      `${LLM_SECTION}: expected names of engines with options.`,
    );
  await readLlmEngines(engines, env);
}
