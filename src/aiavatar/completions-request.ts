import type { SaidBefore } from '../sessions/index.js';
import {
  fault,
  isRecord,
  MAX_FILES,
  MAX_ID_CHARS,
  MAX_TEXT_CHARS,
  recordOf,
  textOf,
  truthOf,
} from './request.js';

/** A chat completion that is asked for: the caller keeps the conversation, and brings it along. */
export interface CompletionsRequest {
  readonly model: string;
  /** What is asked now: the last line, of the user. */
  readonly text: string;
  readonly images: readonly string[];
  /** What was said before, oldest first; of a long conversation the end. */
  readonly said: readonly SaidBefore[];
  /** Of system and developer. */
  readonly instructions: string | undefined;
  readonly user: string | undefined;
  readonly isStreaming: boolean;
  readonly wantsUsage: boolean;
}

const MAX_SAID = 400;
const MAX_MESSAGES = 2_000;
const MAX_INSTRUCTION_CHARS = 10_000;

interface Line {
  readonly role: string;
  readonly text: string;
  readonly images: readonly string[];
}

/**
 * @throws {RequestError} BRIDGE_ERR_USAGE
 * @source platform.openai.com/docs/api-reference/chat/create; lines of tools are left out: their calls are answered here.
 */
export function readCompletionsRequest(body: unknown): CompletionsRequest {
  if (!isRecord(body)) throw fault('Expected a JSON object with "messages"');
  const list = body['messages'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_MESSAGES)
    throw fault(`Expected "messages" as a list of 1 to ${MAX_MESSAGES}`);
  if ((body['n'] ?? 1) !== 1) throw fault('Expected "n": 1: there is one reply');
  const lines = list.map(readLine);
  const last = lines.findLastIndex(({ role }) => role === 'user');
  const asked = lines[last];
  if (asked === undefined) throw fault('Expected at least one of "messages" with "role": "user"');
  if (asked.text === '' && asked.images.length === 0) throw fault('Expected words in the last of "messages"');
  if (asked.text.length > MAX_TEXT_CHARS)
    throw fault(`Expected the last of "messages" of at most ${MAX_TEXT_CHARS} characters`);
  const streamOptions = recordOf(body, 'stream_options') ?? {};
  return {
    model: textOf(body, 'model', 256) ?? '',
    text: asked.text,
    images: asked.images,
    said: saidBefore(lines.slice(0, last)),
    instructions: instructionsOf(lines),
    user: textOf(body, 'user', MAX_ID_CHARS) || undefined,
    isStreaming: truthOf(body, 'stream') ?? false,
    wantsUsage: truthOf(streamOptions, 'include_usage') ?? false,
  };
}

function saidBefore(lines: readonly Line[]): SaidBefore[] {
  const said: SaidBefore[] = [];
  for (const { role, text } of lines) {
    if ((role === 'user' || role === 'assistant') && text !== '') said.push({ role, text });
  }
  return said.slice(-MAX_SAID);
}

function instructionsOf(lines: readonly Line[]): string | undefined {
  const text = lines
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map((line) => line.text)
    .join('\n\n');
  if (text.length > MAX_INSTRUCTION_CHARS)
    throw fault(`Expected messages of "system" of at most ${MAX_INSTRUCTION_CHARS} characters together`);
  return text === '' ? undefined : text;
}

function readLine(message: unknown): Line {
  const role = isRecord(message) ? message['role'] : undefined;
  if (!isRecord(message) || typeof role !== 'string')
    throw fault('Expected every one of "messages" with a "role"');
  const content = message['content'] ?? '';
  if (typeof content === 'string') return { role, text: content.trim(), images: [] };
  if (!Array.isArray(content)) throw fault('Expected "content" as text, or as a list of parts');
  const words: string[] = [];
  const images: string[] = [];
  for (const part of content as readonly unknown[]) {
    if (typeof part === 'string') words.push(part);
    else if (isRecord(part) && typeof part['text'] === 'string') words.push(part['text']);
    else if (isRecord(part) && part['type'] === 'image_url') images.push(imageOf(part['image_url']));
    else throw fault('Expected parts of "content" of type "text" or "image_url"');
  }
  if (images.length > MAX_FILES) throw fault(`Expected at most ${MAX_FILES} pictures in a message`);
  return { role, text: words.join('\n').trim(), images };
}

function imageOf(value: unknown): string {
  const url = isRecord(value) ? value['url'] : value;
  if (typeof url !== 'string' || url === '')
    throw fault('Expected "image_url": {"url": "data:image/jpeg;base64,…"}');
  return url;
}
