import { isFields } from '../../../vendor/index.js';
import type { ChatRequest } from '../../chat-model.js';
import { argumentsOf, dataUrl, strictTurns, type Turn } from '../tidy-messages.js';
import type { AnthropicOptions } from './anthropic-options.js';

type JsonBody = Readonly<Record<string, unknown>>;

/** Marks what goes back to this interface only. */
export const THINKING_BLOCK = 'anthropic-thinking';

/** A block of thoughts, and its place among words and calls of the message. */
export interface ThinkingValue {
  readonly kind: typeof THINKING_BLOCK;
  readonly block: JsonBody;
  /** UTF-16 units of text in front of it. */
  readonly textBefore: number;
  /** Calls in front of it. */
  readonly callsBefore: number;
}

/**
 * A request to the Messages API: the system's words apart, users and the model in turn, results of calls in one message of the user.
 *
 * @source anthropic-sdk-typescript bfa9197 resources/messages/messages.ts (MessageCreateParams, ContentBlockParam)
 */
export function anthropicBody(request: ChatRequest, options: AnthropicOptions): JsonBody {
  const { system, turns } = strictTurns(request.messages);
  const temperature = request.temperature ?? options.temperature;
  const tools = options.tools ? (request.tools ?? []) : [];
  return {
    model: options.model,
    max_tokens: request.maxTokens ?? options.maxTokens,
    stream: true,
    ...(system === '' ? {} : { system }),
    messages: messagesOf(turns, options.vision),
    ...(temperature === undefined ? {} : { temperature: Math.min(1, temperature) }),
    ...thinkingOf(options),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: { type: 'object', ...parameters },
          })),
          ...choiceOf(request.toolChoice),
        }),
    ...options.extraBody,
  };
}

function thinkingOf({ thinking }: AnthropicOptions): JsonBody {
  if (thinking === undefined) return {};
  return {
    thinking:
      typeof thinking === 'number' ? { type: 'enabled', budget_tokens: thinking } : { type: thinking },
  };
}

function choiceOf(choice: ChatRequest['toolChoice']): JsonBody {
  if (choice === undefined || choice === 'auto') return {};
  return { tool_choice: { type: choice === 'required' ? 'any' : 'none' } };
}

function messagesOf(turns: readonly Turn[], hasVision: boolean): readonly JsonBody[] {
  const messages: { role: string; content: JsonBody[] }[] = [];
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(turn, hasVision);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) messages.push({ role, content: [...blocks] });
  }
  return messages;
}

function blocksOf(turn: Turn, hasVision: boolean): readonly JsonBody[] {
  switch (turn.role) {
    case 'tool':
      return [
        {
          type: 'tool_result',
          tool_use_id: turn.callId,
          content: turn.result,
          ...(turn.isError === true ? { is_error: true } : {}),
        },
      ];
    case 'user':
      return [...(hasVision ? (turn.images ?? []).map(imageBlock) : []), ...textBlocks(turn.text)];
    case 'assistant':
      return assistantBlocks(turn);
  }
}

function imageBlock(url: string): JsonBody {
  const data = dataUrl(url);
  return {
    type: 'image',
    source:
      data === undefined
        ? { type: 'url', url }
        : { type: 'base64', media_type: data.mediaType, data: data.base64 },
  };
}

/** Blocks of blanks alone are refused. */
function textBlocks(text: string): readonly JsonBody[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

/**
 * Thoughts stand where the model had them; those behind the place where the words were cut go with the words. They matter only
 * where calls are answered: in front of plain words they are weight.
 */
function assistantBlocks({
  text,
  calls = [],
  vendor = [],
}: Extract<Turn, { role: 'assistant' }>): readonly JsonBody[] {
  const thoughts = calls.length === 0 ? [] : vendor.flatMap(thinkingValue);
  const blocks: JsonBody[] = [];
  let at = 0;
  let called = 0;
  const callsUpTo = (count: number): void => {
    for (const { id, name, argumentsJson } of calls.slice(called, count))
      blocks.push({ type: 'tool_use', id, name, input: argumentsOf(argumentsJson) });
    called = Math.max(called, count);
  };
  for (const { block, textBefore, callsBefore } of thoughts) {
    if (textBefore > text.length) break;
    blocks.push(...textBlocks(text.slice(at, textBefore)));
    at = Math.max(at, textBefore);
    callsUpTo(callsBefore);
    blocks.push(block);
  }
  blocks.push(...textBlocks(text.slice(at)));
  callsUpTo(calls.length);
  return blocks;
}

function thinkingValue(value: unknown): readonly ThinkingValue[] {
  return isFields(value) &&
    value['kind'] === THINKING_BLOCK &&
    isFields(value['block']) &&
    typeof value['textBefore'] === 'number' &&
    typeof value['callsBefore'] === 'number'
    ? [value as unknown as ThinkingValue]
    : [];
}
