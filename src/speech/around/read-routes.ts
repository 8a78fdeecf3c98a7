import { ConfigError } from '../../runtime/index.js';
import { type EngineEntry, isFields } from '../../vendor/index.js';
import type { SpeechRoute } from '../speech.js';
import { entryOf } from './choose-engines.js';
import { namesIn } from './speech-router.js';

const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/**
 * Reads `speechRoutes`: BCP 47 language to `{engine, voice, speed, instructions}`.
 *
 * @returns By language in lower case.
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault.
 */
export function readRoutes(
  routes: unknown,
  entries: ReadonlyMap<string, EngineEntry>,
): ReadonlyMap<string, SpeechRoute> {
  if (routes === undefined || routes === null) return new Map();
  const problems: string[] = [];
  const read = new Map<string, SpeechRoute>();
  if (!isFields(routes)) problems.push('speechRoutes: expected languages, such as "ja: {engine: voicevox}".');
  else {
    for (const [language, given] of Object.entries(routes)) {
      const route = readRoute(language, given, entries, problems);
      if (route !== undefined) read.set(language.toLowerCase(), route);
    }
  }
  if (problems.length > 0) throw new ConfigError('BRIDGE_ERR_CONFIG_INVALID', problems.join('\n'));
  return read;
}

function readRoute(
  language: string,
  given: unknown,
  entries: ReadonlyMap<string, EngineEntry>,
  problems: string[],
): SpeechRoute | undefined {
  const path = `speechRoutes.${language.slice(0, 40)}`;
  if (!LANGUAGE.test(language)) {
    problems.push(`${path}: expected a language such as ja or en-US. Rename it.`);
    return undefined;
  }
  // The short form: `ja: voicevox`.
  const fields = typeof given === 'string' ? { engine: given } : given;
  if (!isFields(fields)) {
    problems.push(`${path}: expected an engine's name, or {engine, voice, speed, instructions}.`);
    return undefined;
  }
  const found = problems.length;
  for (const key of Object.keys(fields)) {
    if (!['engine', 'voice', 'speed', 'instructions'].includes(key))
      problems.push(`${path}.${key.slice(0, 40)}: expected engine, voice, speed or instructions. Remove it.`);
  }
  const { engine, voice, speed, instructions } = fields;
  const names = typeof engine === 'string' ? namesIn(engine) : undefined;
  if (engine !== undefined && names === undefined)
    problems.push(`${path}.engine: expected the name of an engine.`);
  for (const name of names ?? []) {
    try {
      entryOf(name, entries);
    } catch (error) {
      if (error instanceof ConfigError) problems.push(`${path}.engine: ${error.message}`);
    }
  }
  if (voice !== undefined && typeof voice !== 'string' && typeof voice !== 'number')
    problems.push(`${path}.voice: expected the name or number of a voice.`);
  if (speed !== undefined && !(typeof speed === 'number' && speed >= 0.25 && speed <= 4))
    problems.push(`${path}.speed: expected a number from 0.25 to 4.`);
  if (instructions !== undefined && typeof instructions !== 'string')
    problems.push(`${path}.instructions: expected a text.`);
  if (problems.length > found) return undefined;
  return {
    engine: engine as string | undefined,
    voice: voice === undefined ? undefined : String(voice),
    speed: speed as number | undefined,
    instructions: instructions as string | undefined,
  };
}
