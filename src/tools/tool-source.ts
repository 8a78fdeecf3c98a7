import type { Emitter } from '../runtime/index.js';
import type { Tool } from './tool.js';

/** A tool from elsewhere. */
export interface SourcedTool {
  readonly tool: Tool;
  /** Why it cannot be called now, in words for the model; undefined: it can. */
  readonly lost: string | undefined;
}

/** Where tools come from that the program does not have itself, such as an MCP server. */
export interface ToolSource {
  /** Put before a tool's name when another one has the same. */
  readonly name: string;
  readonly entries: readonly SourcedTool[];
  readonly events: Emitter<{ changed: [] }>;
  /** Idempotent. */
  close(): Promise<void>;
}
