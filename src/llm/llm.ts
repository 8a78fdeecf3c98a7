import type { Clock, Emitter, Random } from '../runtime/index.js';
import type { ChatModel } from './chat-model.js';

/** Which language models think, and how. */
export interface LlmSettings {
  /** Section `llmEngines` of the settings as it stands: names of engines with their options. */
  readonly engines?: unknown;
  /**
   * `auto`, or names divided by commas: the next takes over when one fails. `auto` is a model of the program's own, else the first of the
   * section that is set up, else the first with a key in the environment, else `offline`.
   *
   * @default 'auto'
   */
  readonly engine?: string | undefined;
  /** The vendor's name of the model, for the first engine in place of its own. */
  readonly model?: string | undefined;
  /** For every request that says nothing else. */
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Models of the program's own, by name; they can be named in `engine` and are not closed by `close`. */
  readonly custom?: Readonly<Record<string, ChatModel>> | undefined;
  /** Tries after the first with the same engine. @default 2 */
  readonly retries?: number | undefined;
  /** The longest wait before another try; a provider that asks for more is given up, since somebody is listening. @default 4000 */
  readonly maxRetryDelayMs?: number | undefined;
  /** How long an engine that failed is passed over while another is there. @default 30000 */
  readonly restMs?: number | undefined;
}

/** What models take from the machine. */
export interface LlmPorts {
  readonly clock: Clock;
  /** @default Math.random */
  readonly random?: Random | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** New random 128 bits as 32 hex digits. @default the platform's */
  readonly newId?: (() => string) | undefined;
}

export interface LlmEvents {
  /** At the first request, and whenever another engine answers than before. `why` ends "… thinks: ". */
  chosen: [choice: LlmChoice];
  retried: [retry: { readonly engine: string; readonly error: unknown; readonly delayMs: number }];
  fellBack: [fall: { readonly from: string; readonly to: string; readonly error: unknown }];
  /** Something is worse than it should be: an engine is left out, images are not seen, tools are not called. Once each. */
  warned: [text: string];
}

export interface LlmChoice {
  readonly engine: string;
  readonly type: string;
  readonly model: string;
  readonly why: string;
}

/** Of one engine since it was opened. */
export interface LlmUsage {
  readonly engine: string;
  /** Tries, the retries among them. */
  readonly requests: number;
  readonly retries: number;
  /** Tries that failed; what the caller aborted is none. */
  readonly failures: number;
  /** As the vendor tells them; 0 where it does not. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * The language model of a conversation: one or several engines, and what stands around them.
 *
 * A `ChatModel` whose `stream` is tried again, or with the next engine, only as long as it gave neither text nor a call; falls silent
 * never (BRIDGE_ERR_LLM_STALLED); and ends with `end` or throws. `name`, `type`, `model` and the abilities are those of the engine that
 * would answer now. Images go only to models that see, tools only to those that call them.
 */
export interface Llm extends ChatModel {
  readonly events: Emitter<LlmEvents>;
  /** In the order of the engines. */
  usage(): readonly LlmUsage[];
}
