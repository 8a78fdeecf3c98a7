/** One message of what a model is given. The system prompt is a message like the others, first. */
export type ChatMessage =
  | { readonly role: 'system'; readonly text: string }
  | {
      readonly role: 'user';
      readonly text: string;
      /** `data:` or `https:` URLs, for models that see; others are not given them. */
      readonly images?: readonly string[];
      /** Told in the user's place (a picture that was taken, or why there is none): nothing that the user said. @default false */
      readonly isNote?: boolean;
    }
  | {
      readonly role: 'assistant';
      /** May be empty when there are calls. */
      readonly text: string;
      readonly calls?: readonly ToolCall[];
      /** What the model gave as `vendor` parts of this message, in order: goes back to the same model unchanged. */
      readonly vendor?: readonly unknown[];
    }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      /** What the model reads: JSON or words. */
      readonly result: string;
      readonly isError?: boolean;
    };

export interface ToolCall {
  /** The model's own, or made up where it has none. */
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: an object as JSON, if the model kept its promise. `''` is `{}`. */
  readonly argumentsJson: string;
}

/** A tool as a model is told of it. */
export interface ToolSpec {
  /** `[A-Za-z0-9_-]{1,64}`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolSpec[];
  /** @default 'auto' when there are tools */
  readonly toolChoice?: 'auto' | 'none' | 'required';
  /** Overrides of the engine's options for this request. */
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Names the conversation, for services that keep it themselves (Dify). */
  readonly conversation?: string;
  /** Names the user, for services that want to know. */
  readonly user?: string;
  /** Aborts at any moment: the connection ends, the iteration throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What a model answers, in the order in which it came: text and calls, usage where the vendor tells it, and `end` exactly once, last.
 * A stream that stops without the vendor's own mark of the end throws BRIDGE_ERR_LLM_TRUNCATED instead of giving `end`.
 */
export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  /** Thoughts, where the model shows them: never spoken, never kept as words. */
  | { readonly type: 'reasoning'; readonly text: string }
  /** Whole: arguments are collected first. */
  | { readonly type: 'call'; readonly call: ToolCall }
  /** What must be given back with the message (signatures of thoughts, item ids): opaque. */
  | { readonly type: 'vendor'; readonly value: unknown }
  | { readonly type: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly type: 'end'; readonly reason: ChatEndReason };

/** `length`: the limit of tokens cut it; `filter`: the provider did. */
export type ChatEndReason = 'stop' | 'calls' | 'length' | 'filter';

/**
 * A language model. Errors are `ProviderError`s with BRIDGE_ERR_LLM_* codes. An implementation never retries and has no fallback:
 * what stands around all of them does. Many streams may run at once. Custom models implement this interface.
 */
export interface ChatModel {
  /** As in the settings. */
  readonly name: string;
  /** Kind of engine: `openai`, `anthropic`, `offline`, … */
  readonly type: string;
  /** The vendor's name of the model; for messages and traces. */
  readonly model: string;
  readonly seesImages: boolean;
  readonly callsTools: boolean;
  /**
   * The longest that it may say nothing, milliseconds, where it gives itself up then: nobody else need do so before. Left out: it must be
   * watched over.
   */
  readonly patienceMs?: number | undefined;
  stream(request: ChatRequest): AsyncIterable<ChatPart>;
  /** Opens the connection (DNS, TLS) and loads the model where that is possible without cost, so that the first turn need not wait. Never rejects. */
  warmUp(signal?: AbortSignal): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
