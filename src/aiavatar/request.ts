import { RequestError } from '../runtime/index.js';

/** A picture that goes along with a question. */
export interface AvatarFile {
  /** `data:`, `https:` or `http:`; the session decides which it takes. */
  readonly url: string;
}

/** What clients of AIAvatarKit send: one JSON object, as a WebSocket frame or as the body of `POST /chat`. */
export interface AvatarRequest {
  /** `start`, `data`, `invoke`, `config`, `stop`; others are left to whoever reads on. */
  readonly type: string;
  /** Undefined: missing, null or empty. */
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly contextId: string | undefined;
  /** May hold nothing but blanks. */
  readonly text: string | undefined;
  /** Base64, not decoded yet; never ''. */
  readonly audio: string | undefined;
  readonly files: readonly AvatarFile[];
  /** Of `system_prompt_params`: what is text, number or truth value, as text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly waitsInQueue: boolean;
  /** {} when missing or null. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Keys of the object that are none of the above: some clients can add nothing but these. */
  readonly more: Readonly<Record<string, unknown>>;
}

export const MAX_ID_CHARS = 128;
export const MAX_TEXT_CHARS = 10_000;
export const MAX_FILES = 4;
const MAX_TYPE_CHARS = 32;
const MAX_PARAMETERS = 64;
const MAX_PARAMETER_CHARS = 2_000;

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'type',
  'session_id',
  'user_id',
  'context_id',
  'text',
  'audio_data',
  'files',
  'system_prompt_params',
  'allow_merge',
  'wait_in_queue',
  'metadata',
]);

/**
 * Reads one frame of a client.
 *
 * @throws {RequestError} BRIDGE_ERR_USAGE - no JSON object, or a field of another type or size than the protocol has.
 * @source aiavatarkit (272548e), aiavatar/adapter/models.py `AIAvatarRequest`: null and a missing key are the same.
 */
export function readAvatarFrame(text: string): AvatarRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault('Expected one JSON object per frame; this is no JSON');
  }
  return readAvatarRequest(value);
}

/** @throws as `readAvatarFrame`. */
export function readAvatarRequest(value: unknown): AvatarRequest {
  if (!isRecord(value)) throw fault('Expected a JSON object');
  const type = textOf(value, 'type', MAX_TYPE_CHARS);
  if (type === undefined) throw fault('Expected "type": "start", "data", "invoke", "config" or "stop"');
  const audio = textOf(value, 'audio_data', Number.POSITIVE_INFINITY);
  return {
    type,
    sessionId: textOf(value, 'session_id', MAX_ID_CHARS) || undefined,
    userId: textOf(value, 'user_id', MAX_ID_CHARS) || undefined,
    contextId: textOf(value, 'context_id', MAX_ID_CHARS) || undefined,
    text: textOf(value, 'text', MAX_TEXT_CHARS),
    audio: audio || undefined,
    files: readFiles(value['files']),
    parameters: readParameters(value['system_prompt_params']),
    waitsInQueue: truthOf(value, 'wait_in_queue') ?? false,
    metadata: recordOf(value, 'metadata') ?? {},
    more: Object.fromEntries(Object.entries(value).filter(([key]) => !KNOWN_KEYS.has(key))),
  };
}

/** @throws {RequestError} BRIDGE_ERR_USAGE */
export function readFiles(value: unknown): AvatarFile[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MAX_FILES)
    throw fault(`Expected "files" as a list of at most ${MAX_FILES} objects {"type": "image", "url": "…"}`);
  return value.map((file: unknown) => {
    const url = isRecord(file) ? file['url'] : undefined;
    if (typeof url !== 'string' || url === '')
      throw fault('Expected every one of "files" as {"type": "image", "url": "data:image/jpeg;base64,…"}');
    return { url };
  });
}

/** @throws {RequestError} BRIDGE_ERR_USAGE */
export function readParameters(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const entries = isRecord(value) ? Object.entries(value) : undefined;
  if (entries === undefined || entries.length > MAX_PARAMETERS)
    throw fault(`Expected "system_prompt_params" as an object of at most ${MAX_PARAMETERS} values`);
  const kept: [string, string][] = [];
  for (const [name, parameter] of entries) {
    // What is no plain value has no place in a prompt.
    if (!['string', 'number', 'boolean'].includes(typeof parameter)) continue;
    if (String(parameter).length > MAX_PARAMETER_CHARS)
      throw fault(`Expected values of "system_prompt_params" of at most ${MAX_PARAMETER_CHARS} characters`);
    kept.push([name, String(parameter)]);
  }
  return Object.fromEntries(kept);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for a missing key and for null. @throws {RequestError} BRIDGE_ERR_USAGE */
export function textOf(
  from: Readonly<Record<string, unknown>>,
  key: string,
  maxChars: number,
): string | undefined {
  const value = from[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw fault(`Expected ${JSON.stringify(key)} as text, or null`);
  if (value.length > maxChars)
    throw fault(`Expected ${JSON.stringify(key)} of at most ${maxChars} characters`);
  return value;
}

/** @throws {RequestError} BRIDGE_ERR_USAGE */
export function truthOf(from: Readonly<Record<string, unknown>>, key: string): boolean | undefined {
  const value = from[key] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw fault(`Expected ${JSON.stringify(key)} as true or false`);
}

/** @throws {RequestError} BRIDGE_ERR_USAGE */
export function recordOf(
  from: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const value = from[key] ?? undefined;
  if (value === undefined || isRecord(value)) return value;
  throw fault(`Expected ${JSON.stringify(key)} as an object, or null`);
}

export function fault(message: string): RequestError {
  return new RequestError('BRIDGE_ERR_USAGE', message);
}
