import type { ChatMessage, ToolCall, ToolSpec } from '../llm/index.js';
import type { Emitter } from '../runtime/index.js';
import type { Tool, TurnMetadata } from './tool.js';
import type { SourceStatus } from './tool-source.js';

/** What one request tells the model of tools. */
export interface OfferedTools {
  readonly specs: readonly ToolSpec[];
  /** How to use them, for the system prompt; each a paragraph of its own. */
  readonly instructions: readonly string[];
}

/** What comes of a call: any number of `progress`, then `result` once, last. */
export type CallOutcome = { readonly type: 'progress'; readonly value: unknown } | CallResult;

export interface CallResult {
  readonly type: 'result';
  /** As the tool gave it; may be large. */
  readonly value: unknown;
  /** What the model shall read, as `result` of its tool message: words or JSON, no longer than `maxResultChars`. */
  readonly text: string;
  readonly isError: boolean;
  /** `data:` URLs; empty for most. */
  readonly images: readonly string[];
  /** The tool runs on in the background under this name; `text` says so, the result comes by `events.finished`. */
  readonly taskId?: string;
}

/** A call that went on in the background has ended: reason for a turn of its own. */
export interface FinishedTask {
  readonly taskId: string;
  readonly call: ToolCall;
  readonly metadata: TurnMetadata;
  readonly result: CallResult;
}

export interface ToolBoxEvents {
  finished: [task: FinishedTask];
  /** Of a call that goes on in the background. */
  progress: [
    task: {
      readonly taskId: string;
      readonly call: ToolCall;
      readonly metadata: TurnMetadata;
      readonly value: unknown;
    },
  ];
  /** Tools came or went: of an MCP server, or by `add` and `remove`. */
  changed: [];
}

/** The tools of all conversations: calls of many run at once. */
export interface ToolBox {
  readonly events: Emitter<ToolBoxEvents>;
  /** All that can be called now, dynamic ones too, in the order in which they are offered. */
  readonly tools: readonly Tool[];
  /** MCP servers, in the order of the settings. */
  readonly sources: readonly SourceStatus[];
  /** Waits until every MCP server has connected or failed for the first time. @throws the signal's reason */
  settled(signal?: AbortSignal): Promise<void>;
  /**
   * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - its name is not `[A-Za-z0-9_-]{1,64}`, or taken by another one of the program's.
   */
  add(tool: Tool): void;
  /** @returns Whether it was there. Calls that run go on. */
  remove(name: string): boolean;
  /**
   * What the next request to the model shall offer. Dynamic tools are offered after the model has asked for them in the same turn, with
   * `execute_external_tool`: a call of it after the last user message.
   *
   * Never rejects but by the signal.
   */
  offered(
    messages: readonly ChatMessage[],
    metadata: TurnMetadata,
    signal?: AbortSignal,
  ): Promise<OfferedTools>;
  /**
   * Runs one call. A tool's fault (unknown, wrong arguments, thrown, too slow) is a result that the model can understand.
   *
   * @throws the signal's reason, and nothing else; the tool's own signal fires as well.
   */
  call(call: ToolCall, metadata: TurnMetadata, signal?: AbortSignal): AsyncIterable<CallOutcome>;
  /** Runs several at once; outcomes come as they happen. At most 16: further ones get an error as their result. */
  callAll(
    calls: readonly ToolCall[],
    metadata: TurnMetadata,
    signal?: AbortSignal,
  ): AsyncIterable<{ readonly call: ToolCall; readonly outcome: CallOutcome }>;
  /** Ends what runs in the background: of this session, or all. `finished` does not come for them. */
  stopTasks(session?: string): void;
  /** Ends MCP servers and what runs; idempotent. */
  close(): Promise<void>;
}
