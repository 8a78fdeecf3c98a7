import { ConfigError } from '../../runtime/index.js';
import { type EngineEntry, hint } from '../../vendor/index.js';
import { namesIn } from './speech-router.js';

/** What speaks where nothing else is set up. */
const EMBEDDED = 'embedded';

export interface EngineChoice {
  /** The wanted one first; at least one. */
  readonly names: readonly string[];
  /** Why the first: ends "… speaks: ". */
  readonly why: string;
}

/**
 * Which engines speak when no route says otherwise.
 *
 * `auto` takes the first that is configured and set up, else the first of which a key is there, else the embedded voice, which also
 * stands in when the first fails.
 *
 * @param asked - `auto`, or names divided by commas; undefined: `auto`.
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE - a name that is none; nothing is set up.
 */
export function chooseEngines(
  asked: string | undefined,
  entries: ReadonlyMap<string, EngineEntry>,
): EngineChoice {
  const names = namesIn(asked);
  if (names !== undefined) {
    for (const name of names) entryOf(name, entries);
    return { names, why: 'it was asked for' };
  }
  const ready = [...entries.values()].filter(({ missing }) => missing === undefined);
  const configured = ready.find(({ isConfigured }) => isConfigured);
  if (configured !== undefined) return withEmbedded(configured.name, 'it is set up in the settings', entries);
  const keyed = ready.find(({ hasKey }) => hasKey);
  if (keyed !== undefined)
    return withEmbedded(keyed.name, 'there is a key for it in the environment', entries);
  if (entries.has(EMBEDDED)) return { names: [EMBEDDED], why: 'no other engine is set up' };
  throw new ConfigError(
    'BRIDGE_ERR_SPEECH_ENGINE',
    'No speech engine is set up; `voices` tells what each of them needs',
  );
}

/** @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE */
export function entryOf(name: string, entries: ReadonlyMap<string, EngineEntry>): EngineEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const known = [...entries.keys()];
  throw new ConfigError(
    'BRIDGE_ERR_SPEECH_ENGINE',
    `Expected an engine (${known.join(', ')}), got "${name.slice(0, 64)}".${hint(name, known)}`,
  );
}

function withEmbedded(name: string, why: string, entries: ReadonlyMap<string, EngineEntry>): EngineChoice {
  const hasOther = name !== EMBEDDED && entries.get(EMBEDDED)?.missing === undefined && entries.has(EMBEDDED);
  return { names: hasOther ? [name, EMBEDDED] : [name], why };
}
