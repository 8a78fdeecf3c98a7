import type { Config } from '../config/index.js';
import { readLlmEngines } from '../llm/index.js';
import { BridgeError } from '../runtime/index.js';
import { ENGINE_KINDS, type EngineEntry, readEngines, STT_ENGINE_SCHEMAS } from '../speech/index.js';

/** An option of an engine that stands nowhere but in the environment; its value is never told. */
export interface EnvironmentRow {
  /** Such as `llmEngines.openai.apiKey`. */
  readonly key: string;
  /** The variable, such as `OPENAI_API_KEY`. */
  readonly name: string;
}

/** What variables of the environment, other than `BRIDGE_…`, give the engines that think, speak and hear. */
export interface EnvironmentRows {
  readonly rows: readonly EnvironmentRow[];
  /** Of sections that cannot be read: why. */
  readonly faults: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @param config - a section with faults gives none of its rows, and hides none of another's. */
export async function environmentRows(
  { llmEngines, engines, sttEngines }: Pick<Config, 'llmEngines' | 'engines' | 'sttEngines'>,
  env: Environment,
): Promise<EnvironmentRows> {
  const sections = {
    llmEngines: () => readLlmEngines(llmEngines, env),
    engines: () => readEngines(engines, ENGINE_KINDS, env),
    sttEngines: () => readEngines(sttEngines, STT_ENGINE_SCHEMAS, env, 'sttEngines'),
  };
  const rows: EnvironmentRow[] = [];
  const faults: string[] = [];
  for (const [section, read] of Object.entries(sections)) {
    try {
      rows.push(...rowsOf(section, await read()));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      faults.push(error.message);
    }
  }
  return { rows, faults };
}

function rowsOf(section: string, entries: ReadonlyMap<string, EngineEntry>): readonly EnvironmentRow[] {
  return [...entries].flatMap(([engine, { fromEnvironment = {} }]) =>
    Object.entries(fromEnvironment).map(([option, name]) => ({
      key: `${section}.${engine}.${option}`,
      name,
    })),
  );
}
