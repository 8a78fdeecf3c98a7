import type { Emitter } from '../runtime/index.js';
import type { Tool } from './tool.js';

/** A tool from elsewhere. */
export interface SourcedTool {
  readonly tool: Tool;
  /** Why it cannot be called now, in words for the model; undefined: it can. */
  readonly lost: string | undefined;
}

/** How a source is, for who looks after it. */
export interface SourceStatus {
  readonly name: string;
  readonly isConnected: boolean;
  /** Why not, in words; undefined: it is, or is still at its first try. */
  readonly reason: string | undefined;
  /** How many can be called now. */
  readonly tools: number;
}

/** Where tools come from that the program does not have itself, such as an MCP server. */
export interface ToolSource {
  /** Put before a tool's name when another one has the same. */
  readonly name: string;
  readonly entries: readonly SourcedTool[];
  readonly events: Emitter<{ changed: [] }>;
  readonly status: SourceStatus;
  /** Resolves when it has connected or failed for the first time. Never rejects. */
  readonly settled: Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
