export { createToolBox, type ToolBoxSettings, type ToolMachine } from './create-tool-box.js';
export { tool, type ZodTool } from './define-tool.js';
export { EXTERNAL_TOOL, type GetDynamicTools } from './dynamic-tools.js';
export type {
  Guard,
  GuardedPart,
  GuardOutcome,
  Guards,
  GuardVerdict,
  ResponseGuard,
} from './guards/guard.js';
export type { OpenMcpSession } from './mcp/mcp-session.js';
export type { McpAddress, McpProgram, McpServerSettings } from './mcp/mcp-settings.js';
export type { LongTermMemory, Memory, RememberedTurn } from './memory/long-term-memory.js';
export { openToolBox, type ToolBoxOptions, type ToolBoxPorts } from './open-tool-box.js';
export type { Tool, ToolContext, ToolOutcome, TurnMetadata } from './tool.js';
export type {
  CallOutcome,
  CallResult,
  FinishedTask,
  OfferedTools,
  ToolBox,
  ToolBoxEvents,
} from './tool-box.js';
export type { SourceStatus, ToolSource } from './tool-source.js';
export type { Eyes, GetImageUrl } from './vision/picture-source.js';
