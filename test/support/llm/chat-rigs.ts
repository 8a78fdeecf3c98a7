import { readFileSync } from 'node:fs';
import type { ChatMessage, ChatModel, ChatPart, ToolSpec } from '../../../src/llm/chat-model.js';
import { LLM_KINDS } from '../../../src/llm/engines/index.js';
import type { ErrorCode } from '../../../src/runtime/index.js';
import { type EngineKinds, isFields, readEngines, type VendorPorts } from '../../../src/vendor/index.js';

/** One engine and the wire format that it speaks. */
export interface ChatRig {
  readonly name: string;
  readonly type: string;
  readonly folder: string;
  /** Where the vendor lives; requests to it are led to the scripted server. */
  readonly origin: string;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Headers in which the key must stand. */
  readonly keyHeader: Readonly<Record<string, string>>;
  readonly usage: ChatPart | undefined;
  readonly reasoning: string;
  /** Recordings that there are besides `text`. */
  readonly has: readonly ('call' | 'filter' | 'length' | 'error')[];
  readonly errorCode: ErrorCode;
  /** Words in front of the calls of `call`. */
  readonly callWords: string;
  /** Messages of the body as they are sent, for the conversation of `IMAGE_TURN`. */
  readonly image: unknown;
  /** Part of the body that holds what was asked, called and answered: expected, given the calls that were made. */
  readonly roundTrip: (ids: readonly string[]) => unknown;
  readonly messagesOf: (body: Readonly<Record<string, unknown>>) => unknown;
}

export const KEY = 'sk-key-7Hq2Zp9LmX4vR1tY';
export const TOKENS = ['こんにち', 'は、', '☀️', '今日は', 'いい', '天気ですね。', '😊', ' How are', ' you?'];
export const WORDS = TOKENS.join('');
/** Not in any recording, so it can be found only where it leaked. */
export const QUESTION = 'ヒミツの計画はどうなりましたか。';
export const SYSTEM = 'You are Gene, the avatar of the laboratory.';
export const ASKED: readonly ChatMessage[] = [
  { role: 'system', text: SYSTEM },
  { role: 'user', text: QUESTION },
];
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PIXEL_URL = `data:image/png;base64,${PIXEL}`;
export const PHOTO_URL = 'https://example.com/photo.webp?size=2';
export const IMAGE_TURN: readonly ChatMessage[] = [
  { role: 'user', text: 'What is it?', images: [PIXEL_URL, PHOTO_URL] },
];
export const TOOLS: readonly ToolSpec[] = [
  {
    name: 'weather',
    description: 'Tells the weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
  { name: 'clock', description: 'Tells the time', parameters: { type: 'object', properties: {} } },
];
export const CALLS = [
  { name: 'weather', arguments: { city: '名古屋', days: 2 } },
  { name: 'clock', arguments: {} },
];
export const RESULTS = ['{"sky":"clear"}', 'no clock here'];

export function recording(folder: string, name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/engines/llm/${folder}/${name}.sse`, import.meta.url));
}

const USAGE: ChatPart = { type: 'usage', inputTokens: 31, outputTokens: 17 };
const CHAT_IMAGE = [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: PIXEL_URL } },
      { type: 'image_url', image_url: { url: PHOTO_URL } },
    ],
  },
];

const chatCalls = (ids: readonly string[], content = ''): readonly unknown[] => [
  { role: 'system', content: SYSTEM },
  { role: 'user', content: QUESTION },
  {
    role: 'assistant',
    content,
    tool_calls: CALLS.map(({ name, arguments: given }, at) => ({
      id: ids[at],
      type: 'function',
      function: { name, arguments: given },
    })),
  },
  { role: 'tool', tool_call_id: ids[0], content: RESULTS[0] },
  { role: 'tool', tool_call_id: ids[1], content: `Error: ${RESULTS[1]}` },
];

/** With arguments as objects: their spelling is the model's. */
function chatMessages(body: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(body['messages']), (key, value: unknown) =>
    key === 'arguments' && typeof value === 'string' ? JSON.parse(value) : value,
  );
}

function compatible(
  type: string,
  origin: string,
  base: string,
  more: Partial<ChatRig> & Pick<ChatRig, 'has'>,
): ChatRig {
  return {
    name: type,
    type,
    folder: type,
    origin,
    path: `${base}/chat/completions`,
    options: { apiKey: KEY, model: 'the-model' },
    keyHeader: { authorization: `Bearer ${KEY}` },
    usage: USAGE,
    reasoning: 'A greeting.',
    errorCode: 'BRIDGE_ERR_LLM_FAILED',
    callWords: '',
    image: CHAT_IMAGE,
    roundTrip: chatCalls,
    messagesOf: chatMessages,
    ...more,
  };
}

const RESPONSES: ChatRig = {
  ...compatible('openai', 'https://api.openai.com', '/v1', { has: ['call', 'filter', 'length', 'error'] }),
  name: 'openai (responses)',
  folder: 'openai-responses',
  path: '/v1/responses',
  options: { apiKey: KEY, api: 'responses' },
  image: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is it?' },
        { type: 'input_image', image_url: PIXEL_URL, detail: 'auto' },
        { type: 'input_image', image_url: PHOTO_URL, detail: 'auto' },
      ],
    },
  ],
  messagesOf: (body) =>
    JSON.parse(JSON.stringify(body['input']), (key, value: unknown) =>
      key === 'arguments' && typeof value === 'string' ? JSON.parse(value) : value,
    ),
  roundTrip: (ids) => [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: QUESTION },
    { id: 'rs_02a', type: 'reasoning', summary: [], encrypted_content: 'gAAAAABnq7ZzKvS8==' },
    ...CALLS.map(({ name, arguments: given }, at) => ({
      type: 'function_call',
      call_id: ids[at],
      name,
      arguments: given,
    })),
    { type: 'function_call_output', call_id: ids[0], output: RESULTS[0] },
    { type: 'function_call_output', call_id: ids[1], output: `Error: ${RESULTS[1]}` },
  ],
};

const ANTHROPIC: ChatRig = {
  name: 'anthropic',
  type: 'anthropic',
  folder: 'anthropic',
  origin: 'https://api.anthropic.com',
  path: '/v1/messages',
  options: { apiKey: KEY },
  keyHeader: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
  usage: USAGE,
  reasoning: '',
  has: ['call', 'filter', 'length', 'error'],
  errorCode: 'BRIDGE_ERR_LLM_BUSY',
  callWords: '調べます。',
  image: [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        { type: 'image', source: { type: 'url', url: PHOTO_URL } },
        { type: 'text', text: 'What is it?' },
      ],
    },
  ],
  messagesOf: (body) => [body['system'], body['messages']].filter((value) => value !== undefined).flat(),
  roundTrip: (ids) => [
    SYSTEM,
    { role: 'user', content: [{ type: 'text', text: QUESTION }] },
    {
      role: 'assistant',
      content: [
        {
          type: 'thinking',
          thinking: 'The user asks of the weather; two tools fit.',
          signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h',
        },
        { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' },
        { type: 'text', text: '調べます。' },
        ...CALLS.map(({ name, arguments: input }, at) => ({ type: 'tool_use', id: ids[at], name, input })),
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: ids[0], content: RESULTS[0] },
        { type: 'tool_result', tool_use_id: ids[1], content: RESULTS[1], is_error: true },
      ],
    },
  ],
};

const GEMINI: ChatRig = {
  name: 'gemini',
  type: 'gemini',
  folder: 'gemini',
  origin: 'https://generativelanguage.googleapis.com',
  path: '/v1beta/models/gemini-flash-latest:streamGenerateContent',
  options: { apiKey: KEY },
  keyHeader: { 'x-goog-api-key': KEY },
  usage: USAGE,
  reasoning: 'A greeting.',
  has: ['call', 'filter', 'length', 'error'],
  errorCode: 'BRIDGE_ERR_LLM_BUSY',
  callWords: '調べます。',
  image: [
    {
      role: 'user',
      parts: [
        { inlineData: { mimeType: 'image/png', data: PIXEL } },
        { fileData: { fileUri: PHOTO_URL, mimeType: 'image/webp' } },
        { text: 'What is it?' },
      ],
    },
  ],
  messagesOf: (body) =>
    [body['systemInstruction'], body['contents']].filter((value) => value !== undefined).flat(),
  roundTrip: () => [
    { parts: [{ text: SYSTEM }] },
    { role: 'user', parts: [{ text: QUESTION }] },
    {
      role: 'model',
      parts: [
        { text: '調べます。' },
        {
          functionCall: { id: 'k3v9', name: 'weather', args: CALLS[0]?.arguments },
          thoughtSignature: 'CiIBVKhc7vB6',
        },
        { functionCall: { name: 'clock', args: {} } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'k3v9', name: 'weather', response: { output: { sky: 'clear' } } } },
        { functionResponse: { name: 'clock', response: { error: RESULTS[1] } } },
      ],
    },
  ],
};

const DIFY: ChatRig = {
  name: 'dify',
  type: 'dify',
  folder: 'dify',
  origin: 'https://api.dify.ai',
  path: '/v1/chat-messages',
  options: { apiKey: KEY },
  keyHeader: { authorization: `Bearer ${KEY}` },
  usage: USAGE,
  reasoning: '',
  has: ['error'],
  errorCode: 'BRIDGE_ERR_LLM_BUSY',
  callWords: '',
  image: {
    query: 'What is it?',
    files: [
      { type: 'image', transfer_method: 'local_file', upload_file_id: 'file-1' },
      { type: 'image', transfer_method: 'remote_url', url: PHOTO_URL },
    ],
  },
  messagesOf: ({ query, files }) => ({ query, files }),
  roundTrip: () => undefined,
};

export const VENDOR_RIGS: readonly ChatRig[] = [
  {
    ...compatible('openai', 'https://api.openai.com', '/v1', { has: ['call', 'filter', 'length', 'error'] }),
    folder: 'openai-chat',
    options: { apiKey: KEY },
    reasoning: '',
  },
  RESPONSES,
  ANTHROPIC,
  GEMINI,
  DIFY,
];

export const SERVER_RIGS: readonly ChatRig[] = [
  compatible('ollama', 'http://127.0.0.1:11434', '/v1', { has: ['call'] }),
  compatible('lmstudio', 'http://127.0.0.1:1234', '/v1', {
    has: ['call', 'error'],
    usage: undefined,
    reasoning: '\nA greeting.',
  }),
  compatible('llamacpp', 'http://127.0.0.1:8080', '/v1', { has: ['call', 'error'] }),
  compatible('vllm', 'http://127.0.0.1:8000', '/v1', { has: ['call', 'error'] }),
  compatible('litellm', 'http://127.0.0.1:4000', '/v1', { has: ['call'], usage: undefined, reasoning: '' }),
  compatible('openrouter', 'https://openrouter.ai', '/api/v1', { has: ['call', 'error'] }),
];

export const MODEL_NAME = 'the-engine';

/** Made the way settings make it, so that every rig goes through its schema. */
export async function modelOf(
  rig: Pick<ChatRig, 'type' | 'options'>,
  ports: VendorPorts,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<ChatModel> {
  const kinds: EngineKinds<VendorPorts, ChatModel> = LLM_KINDS;
  const given = { [MODEL_NAME]: { type: rig.type, ...rig.options, ...changes } };
  const entry = (await readEngines(given, kinds, {}, 'llmEngines')).get(MODEL_NAME);
  const kind = kinds[rig.type];
  if (entry === undefined || kind === undefined || !isFields(entry.options))
    throw new Error(`${rig.type}: ${entry?.missing ?? 'no such engine'}`);
  return kind.create(MODEL_NAME, entry.options as never, ports);
}

export async function partsOf(parts: AsyncIterable<ChatPart>): Promise<readonly ChatPart[]> {
  const all: ChatPart[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

export function textOf(parts: readonly ChatPart[], type: 'text' | 'reasoning' = 'text'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('');
}

/** A fetch that answers every question with these pieces, and lists with a model. */
export function fetchOf(pieces: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>): typeof fetch {
  return async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (/\/(models|stop)$/.test(pathname))
      return new Response('{"data":[{"id":"the-model"}]}', {
        headers: { 'content-type': 'application/json' },
      });
    return new Response(ReadableStream.from(pieces()) as ReadableStream<Uint8Array>, {
      headers: { 'content-type': 'text/event-stream' },
    });
  };
}
