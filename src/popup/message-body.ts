import { HttpRefusal } from '../server/index.js';
import { isChatId, MAX_ID_CHARS } from './chat-id.js';
import type { PopupOptions } from './frames.js';
import { readOptions } from './read-options.js';

/** What `POST /api/message` was sent. */
export interface PopupMessage {
  readonly id: string;
  readonly said: { readonly text: string } | { readonly recording: Uint8Array };
  readonly options: PopupOptions;
  /** Whether the answer says more than the tutorial's: what was recognised, and the face. */
  readonly isDetailed: boolean;
}

const MAX_TEXT_CHARS = 10_000;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DATA_URL = /^data:[^,]{0,200};base64,/;

/**
 * @param body - anything; what is no object has no fields.
 * @throws {HttpRefusal} 400, 413: the first three in the words of the tutorial, and in its order.
 * @source The popup chat tutorial, version-1/server.js.
 */
export function readMessage(body: unknown): PopupMessage {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const message = given(fields['message']);
  const audio = given(fields['audio']);
  if (message === undefined && audio === undefined) throw bad('Missing "message" or "audio"');
  if (message !== undefined && audio !== undefined) throw bad('Cannot be both "message" and "audio"');
  const id = given(fields['id']);
  if (id === undefined) throw bad('Missing "id"');
  if (typeof id !== 'string' && typeof id !== 'number') throw bad('Expected "id" to be a text');
  if (!isChatId(String(id))) throw bad(`Expected "id" to be of 1 to ${MAX_ID_CHARS} characters`);
  return {
    id: String(id),
    said: message === undefined ? { recording: recordingOf(audio) } : { text: textOf(message) },
    options: optionsOf(fields),
    isDetailed: fields['details'] === true,
  };
}

/** As the tutorial has it, what is empty is not there; and what is blank asks for nothing. */
function given(value: unknown): unknown {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  return value === null || value === false || value === 0 ? undefined : value;
}

function textOf(message: unknown): string {
  if (typeof message !== 'string') throw bad('Expected "message" to be a text');
  if (message.length > MAX_TEXT_CHARS)
    throw new HttpRefusal(
      413,
      'BRIDGE_ERR_USAGE',
      `Expected "message" of at most ${MAX_TEXT_CHARS} characters`,
    );
  return message;
}

function recordingOf(audio: unknown): Uint8Array {
  if (typeof audio !== 'string') throw bad('Expected "audio" to be a recording in base64');
  const letters = audio.replace(DATA_URL, '');
  if (!BASE64.test(letters)) throw bad('Expected "audio" to be a recording in base64');
  return Buffer.from(letters, 'base64');
}

function optionsOf(fields: Readonly<Record<string, unknown>>): PopupOptions {
  try {
    return readOptions(fields);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : 'Expected other options');
  }
}

function bad(message: string): HttpRefusal {
  return new HttpRefusal(400, 'BRIDGE_ERR_USAGE', message);
}

export { MAX_TEXT_CHARS };
