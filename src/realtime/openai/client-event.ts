import { Buffer } from 'node:buffer';
import { type ChatMessage, type RealtimeOptions, type ToolSpec, wholeJson } from '../../llm/index.js';
import { REALTIME_SAMPLE_RATE_HZ } from '../realtime.js';
import type { RealtimeSettled } from '../session-settings.js';

/** An event for the server, as JSON. @source openai-node 7b7d6ca resources/realtime/realtime.ts RealtimeClientEvent */
export type ClientEvent = Readonly<Record<string, unknown>> & { readonly type: string };

export interface SessionContent {
  readonly instructions: string;
  readonly tools: readonly ToolSpec[];
}

/** Who the model is, how it hears and speaks: the whole of it, for a new connection. */
export function sessionUpdate(options: RealtimeSettled, content: SessionContent): ClientEvent {
  return {
    type: 'session.update',
    session: options.dialect === 'beta' ? betaSession(options, content) : gaSession(options, content),
  };
}

/**
 * Who the model is from now on. Nothing else: a voice that has spoken cannot be set again.
 *
 * @source openai-node 7b7d6ca realtime.ts SessionUpdateEvent (only what is there is changed), RealtimeAudioConfigOutput.voice
 */
export function contentUpdate(dialect: RealtimeOptions['dialect'], content: SessionContent): ClientEvent {
  const { instructions, tools } = content;
  const session = { instructions, tools: tools.map(toolOf), tool_choice: 'auto' };
  return { type: 'session.update', session: dialect === 'beta' ? session : { type: 'realtime', ...session } };
}

/** @source RealtimeSessionCreateRequest, RealtimeAudioConfig */
function gaSession(options: RealtimeSettled, content: SessionContent): Readonly<Record<string, unknown>> {
  const format = { type: 'audio/pcm', rate: REALTIME_SAMPLE_RATE_HZ };
  const { voice, speed, maxTokens, noiseReduction } = options;
  return {
    type: 'realtime',
    instructions: content.instructions,
    output_modalities: ['audio'],
    audio: {
      input: {
        format,
        transcription: transcription(options),
        noise_reduction: noiseReduction === 'none' ? null : { type: noiseReduction },
        turn_detection: turnDetection(options),
      },
      output: { format, voice, speed },
    },
    tools: content.tools.map(toolOf),
    tool_choice: 'auto',
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
  };
}

/** @source openai-node resources/beta/realtime/sessions.ts Session */
function betaSession(options: RealtimeSettled, content: SessionContent): Readonly<Record<string, unknown>> {
  const { voice, speed, maxTokens, noiseReduction, temperature } = options;
  return {
    modalities: ['text', 'audio'],
    instructions: content.instructions,
    voice,
    ...(speed === 1 ? {} : { speed }),
    input_audio_format: 'pcm16',
    output_audio_format: 'pcm16',
    input_audio_transcription: transcription(options),
    ...(noiseReduction === 'none' ? {} : { input_audio_noise_reduction: { type: noiseReduction } }),
    turn_detection: turnDetection(options),
    tools: content.tools.map(toolOf),
    tool_choice: 'auto',
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_response_output_tokens: maxTokens }),
  };
}

function transcription({ transcription: model, language, hint }: RealtimeSettled): unknown {
  if (model === '') return null;
  return { model, ...(language === undefined ? {} : { language }), ...(hint === '' ? {} : { prompt: hint }) };
}

function turnDetection({ turnDetection: type }: RealtimeSettled): unknown {
  return type === 'none' ? null : { type, create_response: true, interrupt_response: true };
}

function toolOf({ name, description, parameters }: ToolSpec): unknown {
  return { type: 'function', name, description, parameters };
}

/** @param pcm - s16le mono 24 kHz. */
export function appendSound(pcm: Uint8Array): ClientEvent {
  const audio = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
  return { type: 'input_audio_buffer.append', audio };
}

export const COMMIT_SOUND: ClientEvent = { type: 'input_audio_buffer.commit' };
export const CLEAR_SOUND: ClientEvent = { type: 'input_audio_buffer.clear' };
export const CREATE_RESPONSE: ClientEvent = { type: 'response.create' };

export function cancelResponse(responseId: string): ClientEvent {
  return { type: 'response.cancel', response_id: responseId };
}

/** @param heardMs - whole, not beyond the sound that was given: the server refuses more. */
export function truncateItem(itemId: string, contentIndex: number, heardMs: number): ClientEvent {
  return {
    type: 'conversation.item.truncate',
    item_id: itemId,
    content_index: contentIndex,
    audio_end_ms: heardMs,
  };
}

export function deleteItem(itemId: string): ClientEvent {
  return { type: 'conversation.item.delete', item_id: itemId };
}

export function createItem(item: Readonly<Record<string, unknown>>): ClientEvent {
  return { type: 'conversation.item.create', item };
}

export interface UserContent {
  readonly text: string;
  /** `data:` URLs. */
  readonly images: readonly string[];
}

/** @source RealtimeConversationItemUserMessage: text before pictures, as `data:` URLs of PNG or JPEG */
export function userItem(id: string, { text, images }: UserContent): Readonly<Record<string, unknown>> {
  return {
    id,
    type: 'message',
    role: 'user',
    content: [
      ...(text === '' ? [] : [{ type: 'input_text', text }]),
      ...images.map((url) => ({ type: 'input_image', image_url: url })),
    ],
  };
}

export function resultItem(callId: string, output: string): Readonly<Record<string, unknown>> {
  return { type: 'function_call_output', call_id: callId, output };
}

/** Pictures that the protocol takes. */
export function isSendableImage(url: string): boolean {
  return /^data:image\/(png|jpe?g);base64,/i.test(url);
}

/**
 * What was said and heard, as items for a new connection. The answers' sound cannot be given back, so they become text. Calls that
 * were never answered, and answers to no call, are left out: they are refused. Pictures are not sent again: they cost much and were
 * spoken of.
 */
export function historyItems(
  history: readonly ChatMessage[],
  dialect: RealtimeOptions['dialect'],
): readonly Readonly<Record<string, unknown>>[] {
  const answered = new Set(history.flatMap((message) => (message.role === 'tool' ? [message.callId] : [])));
  const called = new Set<string>();
  return history.flatMap((message) => {
    switch (message.role) {
      case 'system':
        return said('system', 'input_text', message.text);
      case 'user':
        return said('user', 'input_text', message.text);
      case 'assistant': {
        const calls = (message.calls ?? []).filter(({ id }) => answered.has(id));
        for (const { id } of calls) called.add(id);
        const kind = dialect === 'beta' ? 'text' : 'output_text';
        return [...said('assistant', kind, message.text), ...calls.map(callItem)];
      }
      default:
        return called.has(message.callId) ? [resultItem(message.callId, message.result)] : [];
    }
  });
}

function said(role: string, kind: string, text: string): readonly Readonly<Record<string, unknown>>[] {
  return text === '' ? [] : [{ type: 'message', role, content: [{ type: kind, text }] }];
}

/** A call of the model, for a connection that does not know of it. */
export function callItem(call: {
  readonly id: string;
  readonly name: string;
  readonly argumentsJson: string;
}): Readonly<Record<string, unknown>> {
  return {
    type: 'function_call',
    call_id: call.id,
    name: call.name,
    arguments: call.argumentsJson === '' ? '{}' : wholeJson(call.argumentsJson),
  };
}
