import { InvalidStateError } from '../runtime/index.js';
import type { Speech, SpeechPorts, SpeechSettings } from './speech.js';

/**
 * Makes what speaks of settings.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each thing wrong in `engines` and `routes`.
 */
export async function createSpeech(_settings: SpeechSettings, _ports: SpeechPorts): Promise<Speech> {
  throw new InvalidStateError('In the making');
}
