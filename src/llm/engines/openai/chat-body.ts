import { isVendors } from '../../../vendor/index.js';
import type { ChatMessage, ChatRequest } from '../../chat-model.js';
import { soundMessages, strictTurns } from '../tidy-messages.js';
import { COMPATIBLE_ROWS, type CompatibleOptions } from './openai-chat-options.js';

/** A body as it is sent; the package's type is stricter than the servers that are like OpenAI's. */
export type JsonBody = Readonly<Record<string, unknown>>;

/** Whether the answer comes from OpenAI itself: servers that are only like it want some things otherwise. */
export function isOpenAi(options: CompatibleOptions): boolean {
  return options.type === 'openai' && isVendors(options.baseUrl, COMPATIBLE_ROWS.openai);
}

/**
 * A request to Chat Completions.
 *
 * OpenAI gets the messages as they are; others the strictest order, since the templates of many models fail on a system message in
 * the middle, on two users in a row or on an assistant who begins.
 *
 * @source openai 6.49 resources/chat/completions/completions.d.ts
 */
export function chatBody(request: ChatRequest, options: CompatibleOptions, model: string): JsonBody {
  const temperature = request.temperature ?? options.temperature;
  const maxTokens = request.maxTokens ?? options.maxTokens;
  const tools = options.tools ? (request.tools ?? []) : [];
  return {
    model,
    messages: ordered(request.messages, isOpenAi(options)).map((message) =>
      chatMessage(message, options.vision),
    ),
    stream: true,
    ...(options.usage ? { stream_options: { include_usage: true } } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    // Models that reason refuse the older name; other servers do not know the newer one.
    ...(maxTokens === undefined
      ? {}
      : { [isOpenAi(options) ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
    ...(options.reasoningEffort === undefined ? {} : { reasoning_effort: options.reasoningEffort }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
          ...(request.toolChoice === undefined || request.toolChoice === 'auto'
            ? {}
            : { tool_choice: request.toolChoice }),
        }),
    ...options.extraBody,
  };
}

function ordered(messages: readonly ChatMessage[], isAsIs: boolean): readonly ChatMessage[] {
  if (isAsIs) return soundMessages(messages);
  const { system, turns } = strictTurns(messages);
  return system === '' ? turns : [{ role: 'system', text: system }, ...turns];
}

function chatMessage(message: ChatMessage, hasVision: boolean): JsonBody {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.text };
    case 'user':
      return { role: 'user', content: userContent(message, hasVision) };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.text,
        ...(message.calls === undefined || message.calls.length === 0
          ? {}
          : {
              tool_calls: message.calls.map(({ id, name, argumentsJson }) => ({
                id,
                type: 'function',
                function: { name, arguments: argumentsJson.trim() === '' ? '{}' : argumentsJson },
              })),
            }),
      };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: resultText(message) };
  }
}

function userContent(
  { text, images = [] }: Extract<ChatMessage, { role: 'user' }>,
  hasVision: boolean,
): string | readonly JsonBody[] {
  if (images.length === 0 || !hasVision) return text;
  return [
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...images.map((url) => ({ type: 'image_url', image_url: { url } })),
  ];
}

/** There is no field for a failure: the words must say it. */
export function resultText({ result, isError }: Extract<ChatMessage, { role: 'tool' }>): string {
  return isError === true && !/error|fail/i.test(result.slice(0, 200)) ? `Error: ${result}` : result;
}
