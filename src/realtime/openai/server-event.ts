import { type Fields, fieldsIn, finiteOf, fromBase64, isFields, textOf } from '../../vendor/index.js';

/** What a server tells, in one form for both generations of the protocol. Events that mean nothing to us are not here. */
export type ServerEvent =
  | { readonly type: 'sessionCreated' }
  | { readonly type: 'sessionUpdated' }
  | { readonly type: 'speechStarted' }
  | { readonly type: 'speechStopped' }
  /** The user's sound has become an item. */
  | { readonly type: 'committed'; readonly itemId: string }
  | { readonly type: 'responseCreated'; readonly responseId: string }
  | {
      readonly type: 'itemAdded';
      readonly responseId: string;
      readonly itemId: string;
      readonly kind: string;
    }
  | {
      readonly type: 'sound';
      readonly responseId: string;
      readonly itemId: string;
      readonly contentIndex: number;
      readonly bytes: Uint8Array;
    }
  /** Words of the sound, or words alone. */
  | { readonly type: 'text'; readonly responseId: string; readonly itemId: string; readonly text: string }
  | {
      readonly type: 'call';
      readonly responseId: string;
      readonly itemId: string;
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
    }
  | { readonly type: 'responseDone'; readonly responseId: string; readonly response: DoneResponse }
  | { readonly type: 'userText'; readonly itemId: string; readonly text: string }
  /** Undefined: it could not be written down. */
  | { readonly type: 'userTextDone'; readonly itemId: string; readonly text: string | undefined }
  | { readonly type: 'rateLimits'; readonly limits: readonly ServerLimit[] }
  | { readonly type: 'error'; readonly error: ServerError };

export interface DoneResponse {
  readonly status: string;
  /** `turn_detected`, `client_cancelled`, `max_output_tokens`, `content_filter`. */
  readonly reason: string | undefined;
  readonly error: ServerError | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly inputAudioTokens: number;
  readonly outputAudioTokens: number;
  readonly cachedTokens: number;
  /** Calls of the answer, for servers that tell of them only here. */
  readonly calls: readonly {
    readonly itemId: string;
    readonly callId: string;
    readonly name: string;
    readonly argumentsJson: string;
  }[];
}

export interface ServerError {
  readonly type: string;
  readonly code: string;
  /** The vendor's sentence; may quote. */
  readonly message: string;
  /** Of our event that caused it. */
  readonly eventId: string | undefined;
}

export interface ServerLimit {
  readonly name: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

type Reader = (event: Fields) => ServerEvent | undefined;

const id = (event: Fields, name: string): string => textOf(event[name]) ?? '';

const soundOf: Reader = (event) => {
  const bytes = fromBase64(textOf(event['delta']) ?? '');
  if (bytes === undefined) return undefined;
  return {
    type: 'sound',
    responseId: id(event, 'response_id'),
    itemId: id(event, 'item_id'),
    contentIndex: finiteOf(event['content_index']) ?? 0,
    bytes,
  };
};

const wordsOf: Reader = (event) => ({
  type: 'text',
  responseId: id(event, 'response_id'),
  itemId: id(event, 'item_id'),
  text: textOf(event['delta']) ?? '',
});

/**
 * Names of events: those of general availability first, then those of the beta, which older servers speak.
 *
 * @source openai-node 7b7d6ca: resources/realtime/realtime.ts RealtimeServerEvent; resources/beta/realtime/realtime.ts
 */
const READERS: Readonly<Record<string, Reader>> = {
  'session.created': () => ({ type: 'sessionCreated' }),
  'session.updated': () => ({ type: 'sessionUpdated' }),
  'input_audio_buffer.speech_started': () => ({ type: 'speechStarted' }),
  'input_audio_buffer.speech_stopped': () => ({ type: 'speechStopped' }),
  'input_audio_buffer.committed': (event) => ({ type: 'committed', itemId: id(event, 'item_id') }),
  'response.created': (event) => ({
    type: 'responseCreated',
    responseId: id(fieldsOf(event['response']), 'id'),
  }),
  'response.output_item.added': (event) => ({
    type: 'itemAdded',
    responseId: id(event, 'response_id'),
    itemId: id(fieldsOf(event['item']), 'id'),
    kind: id(fieldsOf(event['item']), 'type'),
  }),
  'response.output_audio.delta': soundOf,
  'response.audio.delta': soundOf,
  'response.output_audio_transcript.delta': wordsOf,
  'response.audio_transcript.delta': wordsOf,
  'response.output_text.delta': wordsOf,
  'response.text.delta': wordsOf,
  'response.output_item.done': (event) => {
    const item = fieldsOf(event['item']);
    return item['type'] === 'function_call'
      ? { type: 'call', responseId: id(event, 'response_id'), ...callOf(item) }
      : undefined;
  },
  'response.done': (event) => {
    const response = fieldsOf(event['response']);
    return { type: 'responseDone', responseId: id(response, 'id'), response: doneResponse(response) };
  },
  'conversation.item.input_audio_transcription.delta': (event) => ({
    type: 'userText',
    itemId: id(event, 'item_id'),
    text: textOf(event['delta']) ?? '',
  }),
  'conversation.item.input_audio_transcription.completed': (event) => ({
    type: 'userTextDone',
    itemId: id(event, 'item_id'),
    text: textOf(event['transcript'])?.trim() ?? '',
  }),
  'conversation.item.input_audio_transcription.failed': (event) => ({
    type: 'userTextDone',
    itemId: id(event, 'item_id'),
    text: undefined,
  }),
  'rate_limits.updated': (event) => ({
    type: 'rateLimits',
    limits: fieldsIn(event['rate_limits']).map((limit) => ({
      name: id(limit, 'name'),
      limit: finiteOf(limit['limit']) ?? 0,
      remaining: finiteOf(limit['remaining']) ?? 0,
      resetMs: Math.round((finiteOf(limit['reset_seconds']) ?? 0) * 1000),
    })),
  }),
  error: (event) => ({ type: 'error', error: serverError(fieldsOf(event['error'])) }),
};

/**
 * One message of a server.
 *
 * @returns `'garbage'` when it is no event of this protocol at all; undefined for an event that needs no answer.
 */
export function readServerEvent(value: unknown): ServerEvent | 'garbage' | undefined {
  if (!isFields(value) || typeof value['type'] !== 'string') return 'garbage';
  const { type } = value;
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (reader === undefined) return undefined;
  return reader(value) ?? (type.endsWith('audio.delta') ? 'garbage' : undefined);
}

function doneResponse(response: Fields): DoneResponse {
  const details = fieldsOf(response['status_details']);
  const usage = fieldsOf(response['usage']);
  const input = fieldsOf(usage['input_token_details']);
  const output = fieldsOf(usage['output_token_details']);
  const count = (fields: Fields, name: string): number => finiteOf(fields[name]) ?? 0;
  return {
    status: textOf(response['status']) ?? 'completed',
    reason: textOf(details['reason']),
    error: isFields(details['error']) ? serverError(details['error']) : undefined,
    inputTokens: count(usage, 'input_tokens'),
    outputTokens: count(usage, 'output_tokens'),
    inputAudioTokens: count(input, 'audio_tokens'),
    outputAudioTokens: count(output, 'audio_tokens'),
    cachedTokens: count(input, 'cached_tokens'),
    calls: fieldsIn(response['output'])
      .filter((item) => item['type'] === 'function_call')
      .map(callOf),
  };
}

function callOf(item: Fields): DoneResponse['calls'][number] {
  return {
    itemId: id(item, 'id'),
    callId: textOf(item['call_id']) ?? id(item, 'id'),
    name: id(item, 'name'),
    argumentsJson: textOf(item['arguments']) ?? '',
  };
}

function serverError(error: Fields): ServerError {
  return {
    type: id(error, 'type'),
    code: id(error, 'code'),
    message: id(error, 'message'),
    eventId: textOf(error['event_id']),
  };
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}
