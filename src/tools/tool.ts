import type { ToolSpec } from '../llm/index.js';

/** Who asks: handed to tools, retrieval and guards. */
export interface TurnMetadata {
  readonly session: string;
  readonly turn: number;
  readonly user: string | undefined;
  /** The user's own, from the API or settings. */
  readonly [key: string]: unknown;
}

export interface ToolContext {
  readonly metadata: TurnMetadata;
  /** The turn was interrupted, or the tool takes too long. */
  readonly signal: AbortSignal;
}

/**
 * What a tool gives: any number of `progress` (told to whoever watches), then `result` once. A tool in the background gives its first
 * `result` at once ("started") and the real one later, as a turn of its own.
 */
export type ToolOutcome =
  | { readonly type: 'progress'; readonly value: unknown }
  | {
      readonly type: 'result';
      readonly value: unknown;
      readonly isError?: boolean;
      /** Pictures that belong to it: `data:` URLs, for models that see. */
      readonly images?: readonly string[];
    };

export interface Tool extends ToolSpec {
  /** Not in every request: spliced in when it fits (see dynamic tools). @default false */
  readonly isDynamic?: boolean;
  /** How the model shall use it: joins the system prompt while the tool is offered. */
  readonly instruction?: string;
  /** Of the whole run. @default 30000; 600000 with `backgroundAfterMs` */
  readonly timeoutMs?: number;
  /** After so long the model is told that it runs on, and the result comes later as a turn of its own; undefined: never. */
  readonly backgroundAfterMs?: number;
  run(
    args: Readonly<Record<string, unknown>>,
    context: ToolContext,
  ): unknown | Promise<unknown> | AsyncIterable<ToolOutcome>;
}
