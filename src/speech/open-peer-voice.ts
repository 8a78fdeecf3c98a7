import { type Clock, ConfigError } from '../runtime/index.js';
import { readEngines } from '../vendor/index.js';
import {
  MMDAGENT_VOICE_ROW,
  type MmdagentVoiceOptions,
  type PeerMessages,
  PeerVoice,
} from './child/index.js';
import { ENGINE_KINDS } from './engine-kinds.js';
import type { SpeechSettings } from './speech.js';

/** Kind of engine that `openPeerVoice` takes; `SpeakerDescription.type` tells it. */
export const PEER_VOICE_TYPE = 'mmdagent';

export interface OpenPeerVoiceOptions {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the engine in the settings. */
  readonly engine: string;
  /** The model that speaks. */
  readonly alias: string;
  readonly messages: PeerMessages;
}

/**
 * MMDAgent-EX's own voice, as the settings have it, over a link to it.
 *
 * @throws {ConfigError} BRIDGE_ERR_SPEECH_ENGINE - there is none of this name and kind; BRIDGE_ERR_CONFIG_INVALID.
 */
export async function openPeerVoice(
  settings: Pick<SpeechSettings, 'engines'>,
  { clock, env, engine, alias, messages }: OpenPeerVoiceOptions,
): Promise<PeerVoice> {
  const entry = (await readEngines(settings.engines, ENGINE_KINDS, env)).get(engine);
  if (entry?.type !== PEER_VOICE_TYPE || entry.options === undefined) {
    throw new ConfigError(
      'BRIDGE_ERR_SPEECH_ENGINE',
      `Expected an engine of type ${PEER_VOICE_TYPE} (${MMDAGENT_VOICE_ROW.description}), got ${engine}`,
    );
  }
  // Its own schema gave the options.
  const options = entry.options as MmdagentVoiceOptions;
  return new PeerVoice({ ...options, name: engine, alias }, messages, clock);
}
