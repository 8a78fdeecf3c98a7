import { ConfigError } from '../../runtime/index.js';
import { type EngineEntry, hint } from '../../vendor/index.js';
import { OFFLINE_TYPE } from '../offline/offline-options.js';
import { isRealtimeType } from '../realtime-options.js';

export interface LlmNames {
  /** The wanted one first; at least one. */
  readonly names: readonly string[];
  /** Why the first: ends "… thinks: ". */
  readonly why: string;
}

const AUTO = 'auto';

/**
 * Which engines think.
 *
 * `auto` takes a model of the program's own, else the first that is configured and set up, else the first of which a key is there, else
 * the offline one; it never takes one of speech-to-speech, which is another way of conversation. No engine that costs money, and not
 * the demonstration either, stands in for another unless it is named: nobody wants to hear of it in the middle of a talk.
 *
 * @param asked - `auto`, or names divided by commas.
 * @throws {ConfigError} BRIDGE_ERR_LLM_ENGINE - a name that is none, or that is one of speech-to-speech.
 */
export function chooseLlms(
  asked: string | undefined,
  entries: ReadonlyMap<string, EngineEntry>,
  custom: readonly string[] = [],
): LlmNames {
  const named = namesIn(asked);
  const automatic = automaticChoice(entries, custom);
  const names = [...new Set(named.map((name) => (name === AUTO ? automatic.name : name)))];
  for (const name of names) if (!custom.includes(name)) requireChat(entryOf(name, entries, custom));
  return { names, why: named[0] === AUTO ? automatic.why : 'it was asked for' };
}

/** @returns `auto` for nothing. */
function namesIn(asked: string | undefined): readonly string[] {
  const names = (asked ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? [AUTO] : names;
}

function automaticChoice(
  entries: ReadonlyMap<string, EngineEntry>,
  custom: readonly string[],
): { readonly name: string; readonly why: string } {
  const [own] = custom;
  if (own !== undefined) return { name: own, why: 'the program brings it' };
  const ready = [...entries.values()].filter(
    ({ missing, type }) => missing === undefined && !isRealtimeType(type),
  );
  const configured = ready.find(({ isConfigured }) => isConfigured);
  if (configured !== undefined) return { name: configured.name, why: 'it is set up in the settings' };
  const keyed = ready.find(({ hasKey }) => hasKey);
  if (keyed !== undefined) return { name: keyed.name, why: 'there is a key for it in the environment' };
  return { name: OFFLINE_TYPE, why: 'no language model is set up' };
}

/** @throws {ConfigError} BRIDGE_ERR_LLM_ENGINE */
export function entryOf(
  name: string,
  entries: ReadonlyMap<string, EngineEntry>,
  custom: readonly string[] = [],
): EngineEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const known = [...custom, ...entries.keys()];
  throw new ConfigError(
    'BRIDGE_ERR_LLM_ENGINE',
    `Expected a language model (${known.join(', ')}), got "${name.slice(0, 64)}".${hint(name, known)}`,
  );
}

function requireChat({ name, type }: EngineEntry): void {
  if (!isRealtimeType(type)) return;
  throw new ConfigError(
    'BRIDGE_ERR_LLM_ENGINE',
    `${name} (${type}) takes and gives sound: it is for a spoken conversation, alone, and cannot stand in for a model of text`,
  );
}

/**
 * The engine of speech-to-speech that the settings ask for; undefined: a model of text thinks, between recognition and synthesis.
 * `auto` asks for one when it is the first that is set up in the section.
 */
export function realtimeName(
  asked: string | undefined,
  entries: ReadonlyMap<string, EngineEntry>,
): string | undefined {
  const [first] = namesIn(asked);
  const entry =
    first === AUTO
      ? [...entries.values()].find(({ isConfigured, missing }) => isConfigured && missing === undefined)
      : entries.get(first ?? AUTO);
  return entry !== undefined && isRealtimeType(entry.type) ? entry.name : undefined;
}
