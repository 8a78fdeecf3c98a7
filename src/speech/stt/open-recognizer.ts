import { ConfigError } from '../../runtime/index.js';
import { type EngineEntry, hint, readEngines } from '../../vendor/index.js';
import type { Recognizer } from '../recognizer.js';
import {
  createRecognizer,
  type RecognizerOptions,
  type RecognizerPorts,
  STT_ENGINE_SCHEMAS,
} from './create-recognizer.js';

export interface RecognizerSettings {
  /** `sttEngines` as it stands in the settings. */
  readonly engines?: unknown;
  /** `auto`, or a name. @default 'auto' */
  readonly engine?: string | undefined;
}

export interface OpenRecognizerPorts extends RecognizerPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface OpenedRecognizer {
  readonly recognizer: Recognizer;
  /** Why this one: ends "… listens: ". */
  readonly why: string;
}

/**
 * The engine that the settings mean: the one asked for; or the first that is set up, or of which a key is there.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - `sttEngines` is wrong; BRIDGE_ERR_SPEECH_ENGINE - no such engine, or none set up.
 */
export async function openRecognizer(
  settings: RecognizerSettings,
  ports: OpenRecognizerPorts,
): Promise<OpenedRecognizer> {
  const entries = await readEngines(settings.engines, STT_ENGINE_SCHEMAS, ports.env, 'sttEngines');
  const { entry, why } = chosen(settings.engine, entries, ports);
  // Its own schema gave the options.
  const options = entry.options as RecognizerOptions;
  return { recognizer: createRecognizer({ name: entry.name, options }, ports), why };
}

function chosen(
  asked = 'auto',
  entries: ReadonlyMap<string, EngineEntry>,
  ports: RecognizerPorts,
): { readonly entry: EngineEntry; readonly why: string } {
  if (asked !== 'auto') return { entry: named(asked, entries), why: 'it was asked for' };
  const ready = [...entries.values()].filter(
    ({ missing, type }) => missing === undefined && (type !== 'mmdagent' || ports.ear !== undefined),
  );
  const configured = ready.find(({ isConfigured }) => isConfigured);
  if (configured !== undefined) return { entry: configured, why: 'it is set up in the settings' };
  const keyed = ready.find(({ hasKey }) => hasKey);
  if (keyed !== undefined) return { entry: keyed, why: 'there is a key for it in the environment' };
  throw new ConfigError(
    'BRIDGE_ERR_SPEECH_ENGINE',
    'No engine that understands speech is set up. Set OPENAI_API_KEY, GOOGLE_API_KEY or AZURE_SPEECH_KEY with AZURE_SPEECH_REGION; or name a server of your own in the config file: sttEngines: {openai: {baseUrl: "http://127.0.0.1:8000/v1", model: …}}',
  );
}

function named(name: string, entries: ReadonlyMap<string, EngineEntry>): EngineEntry {
  const entry = entries.get(name);
  const known = [...entries.keys()];
  if (entry === undefined)
    throw new ConfigError(
      'BRIDGE_ERR_SPEECH_ENGINE',
      `Expected an engine that understands speech (${known.join(', ')}), got "${name.slice(0, 64)}".${hint(name, known)}`,
    );
  if (entry.missing !== undefined)
    throw new ConfigError('BRIDGE_ERR_SPEECH_ENGINE', `${name} is not set up: ${entry.missing}`);
  return entry;
}
