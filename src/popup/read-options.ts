import { RequestError } from '../runtime/index.js';
import type { PopupOptions } from './frames.js';

const MAX_PERSONA_CHARS = 100;
const MAX_WELCOME_CHARS = 1000;

/**
 * What a page said of itself. Fields that nobody knows are passed over.
 *
 * @param given - anything.
 * @throws {RequestError} BRIDGE_ERR_USAGE - a field of the wrong kind, in words for who wrote the page.
 */
export function readOptions(given: unknown): PopupOptions {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong('a JSON object');
  const { voice, persona, welcome } = given as Readonly<Record<string, unknown>>;
  return {
    voice: optional(voice, (value): value is boolean => typeof value === 'boolean', '"voice": true or false'),
    persona: optional(persona, shortText(1, MAX_PERSONA_CHARS), '"persona": a name'),
    welcome: optional(
      welcome,
      shortText(0, MAX_WELCOME_CHARS),
      `"welcome": a text of at most ${MAX_WELCOME_CHARS} characters`,
    ),
  };
}

function optional<T>(value: unknown, isRight: (value: unknown) => value is T, wanted: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRight(value)) throw wrong(wanted);
  return value;
}

function shortText(min: number, max: number): (value: unknown) => value is string {
  return (value): value is string => typeof value === 'string' && value.length >= min && value.length <= max;
}

function wrong(wanted: string): RequestError {
  return new RequestError('BRIDGE_ERR_USAGE', `Expected options with ${wanted}`);
}
