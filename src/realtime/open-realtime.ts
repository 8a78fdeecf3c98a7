import { isRealtimeType, type RealtimeOptions, readLlmEngines, realtimeEngine } from '../llm/index.js';
import { ConfigError } from '../runtime/index.js';
import type { VendorPorts } from '../vendor/index.js';
import { OpenAiRealtimeModel } from './openai/realtime-model.js';
import type { RealtimeModel } from './realtime.js';
import { type RealtimeWishes, settled } from './session-settings.js';

/** Which speech-to-speech model; the same names and section as for models of text. */
export interface RealtimeSettings extends RealtimeWishes {
  /** Section `llmEngines` of the settings as it stands. */
  readonly engines?: unknown;
  /** The name of an engine, or `auto`: the first of the section that is set up, if it is one of these. @default 'auto' */
  readonly engine?: string | undefined;
  /** The vendor's name of the model, in place of the engine's. */
  readonly model?: string | undefined;
}

export interface RealtimePorts extends VendorPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a speech-to-speech model. Nothing is sent before `connect`. Whether settings ask for one at all tells `realtimeEngine` of the
 * room `llm`.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - the section is wrong; BRIDGE_ERR_LLM_ENGINE - the engine is none of these, or is
 *   not set up.
 */
export async function openRealtime(settings: RealtimeSettings, ports: RealtimePorts): Promise<RealtimeModel> {
  const { engines, engine = 'auto', model, ...wishes } = settings;
  const name = await realtimeEngine({ engines, engine }, ports.env);
  const entry = name === undefined ? undefined : (await readLlmEngines(engines, ports.env)).get(name);
  if (entry === undefined || !isRealtimeType(entry.type))
    throw new ConfigError(
      'BRIDGE_ERR_LLM_ENGINE',
      `Expected an engine of speech-to-speech (type: openai-realtime), got "${engine.slice(0, 64)}"`,
    );
  if (entry.missing !== undefined)
    throw new ConfigError('BRIDGE_ERR_LLM_ENGINE', `${entry.name} is not set up: ${entry.missing}`);
  // The schema of its own kind gave the options.
  const options = entry.options as RealtimeOptions;
  const named = model === undefined ? options : { ...options, model };
  return new OpenAiRealtimeModel(entry.name, settled(named, wishes), ports);
}
