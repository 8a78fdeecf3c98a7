import { readFile } from 'node:fs/promises';
import { type Dictionary, parseDictionary, speakable } from '../language/index.js';
import { ConfigError, errorText } from '../runtime/index.js';
import { composeSpeech } from './compose-speech.js';
import { ENGINE_KINDS } from './engine-kinds.js';
import type { Speech, SpeechPorts, SpeechSettings } from './speech.js';

/**
 * Makes what speaks, with all engines there are; see `composeSpeech` for what stands around them.
 *
 * Nothing is started and nothing is sent before something is spoken or asked.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each thing wrong in `engines`, `routes` or the dictionary;
 *   BRIDGE_ERR_SPEECH_ENGINE - `engine` names one that is none.
 */
export async function createSpeech(settings: SpeechSettings, ports: SpeechPorts): Promise<Speech> {
  const dictionary = await dictionaryOf(settings.dictionaryFile);
  return composeSpeech(settings, ports, {
    kinds: ENGINE_KINDS,
    prepare: (text, language) => speakable(text, { language, dictionary }),
  });
}

async function dictionaryOf(path: string | undefined): Promise<Dictionary | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'BRIDGE_ERR_CONFIG_UNREADABLE',
      `Expected a readable pronunciation dictionary, got ${path}: ${errorText(error)}`,
    );
  }
  return parseDictionary(text, path);
}
