import { isFields } from '../../../vendor/index.js';
import type { ChatMessage, ChatRequest } from '../../chat-model.js';
import { soundMessages } from '../tidy-messages.js';
import { type JsonBody, resultText } from './chat-body.js';
import type { OpenAiChatOptions } from './openai-chat-options.js';

/** Marks what goes back to this interface only. */
export const REASONING_ITEM = 'openai-reasoning';

/**
 * A request to the Responses API that keeps nothing at the vendor: every request holds the whole conversation, and thoughts come
 * back encrypted.
 *
 * @source openai 6.49 resources/responses/responses.d.ts; OpenAI guide "Conversation state", reasoning items with `store: false`
 */
export function responsesBody(request: ChatRequest, options: OpenAiChatOptions, model: string): JsonBody {
  const temperature = request.temperature ?? options.temperature;
  const maxTokens = request.maxTokens ?? options.maxTokens;
  const tools = options.tools ? (request.tools ?? []) : [];
  return {
    model,
    input: soundMessages(request.messages).flatMap((message) => inputItems(message, options.vision)),
    stream: true,
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(options.reasoningEffort === undefined ? {} : { reasoning: { effort: options.reasoningEffort } }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            name,
            description,
            parameters,
            // Else schemas must be of OpenAI's strict kind.
            strict: false,
          })),
          ...(request.toolChoice === undefined || request.toolChoice === 'auto'
            ? {}
            : { tool_choice: request.toolChoice }),
        }),
    ...options.extraBody,
  };
}

function inputItems(message: ChatMessage, hasVision: boolean): readonly JsonBody[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.text }];
    case 'user':
      return [{ role: 'user', content: userContent(message, hasVision) }];
    case 'assistant':
      return assistantItems(message);
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.callId, output: resultText(message) }];
  }
}

function userContent(
  { text, images = [] }: Extract<ChatMessage, { role: 'user' }>,
  hasVision: boolean,
): string | readonly JsonBody[] {
  if (images.length === 0 || !hasVision) return text;
  return [
    ...(text === '' ? [] : [{ type: 'input_text', text }]),
    ...images.map((url) => ({ type: 'input_image', image_url: url, detail: 'auto' })),
  ];
}

/** Thoughts matter between a call and what the model does with its result; in front of plain words they are only weight. */
function assistantItems({
  text,
  calls = [],
  vendor = [],
}: Extract<ChatMessage, { role: 'assistant' }>): readonly JsonBody[] {
  const thoughts = calls.length === 0 ? [] : vendor.flatMap(reasoningItem);
  return [
    ...thoughts,
    ...(text === '' ? [] : [{ role: 'assistant', content: text }]),
    ...calls.map(({ id, name, argumentsJson }) => ({
      type: 'function_call',
      call_id: id,
      name,
      arguments: argumentsJson.trim() === '' ? '{}' : argumentsJson,
    })),
  ];
}

function reasoningItem(value: unknown): readonly JsonBody[] {
  return isFields(value) && value['kind'] === REASONING_ITEM && isFields(value['item'])
    ? [value['item']]
    : [];
}
