import type { CompletionsRequest } from './completions-request.js';

export interface CompletionsIds {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** @source platform.openai.com/docs/api-reference/chat/object */
export function completion(ids: CompletionsIds, content: string, usage: Usage): object {
  return {
    ...head(ids, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
  };
}

/** @source platform.openai.com/docs/api-reference/chat-streaming */
export function completionChunk(
  ids: CompletionsIds,
  delta: { readonly role?: 'assistant'; readonly content?: string },
  finishReason: 'stop' | null = null,
): object {
  return {
    ...head(ids, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  };
}

/** The last chunk, of those who asked for it: no choices. */
export function usageChunk(ids: CompletionsIds, usage: Usage): object {
  return { ...head(ids, 'chat.completion.chunk'), choices: [], usage };
}

/**
 * Tokens as they may be: four characters of Latin script, or one of another, count as one. What the model counted is not known here, as
 * it may be asked several times for one reply.
 */
export function estimatedUsage({ text, said, instructions }: CompletionsRequest, reply: string): Usage {
  const prompt = [instructions ?? '', ...said.map((line) => line.text), text];
  const promptTokens = prompt.reduce((sum, line) => sum + estimatedTokens(line), 0);
  const completionTokens = estimatedTokens(reply);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function estimatedTokens(text: string): number {
  let quarters = 0;
  for (const character of text) quarters += (character.codePointAt(0) ?? 0) < 0x2e80 ? 1 : 4;
  return Math.ceil(quarters / 4);
}

function head({ id, created, model }: CompletionsIds, object: string): object {
  return { id, object, created, model };
}
