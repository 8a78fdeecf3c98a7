export { createToolBox, type ToolBoxSettings, type ToolMachine } from './create-tool-box.js';
export { tool, type ZodTool } from './define-tool.js';
export { EXTERNAL_TOOL, type GetDynamicTools } from './dynamic-tools.js';
export { createGuards, type GuardPorts } from './guards/create-guards.js';
export type {
  Guard,
  GuardedPart,
  GuardOutcome,
  Guards,
  GuardVerdict,
  ResponseGuard,
} from './guards/guard.js';
export { guardRefusal } from './guards/guard-refusal.js';
export { type WordGuardSettings, wordGuards } from './guards/word-guard.js';
export type { OpenMcpSession } from './mcp/mcp-session.js';
export type { McpAddress, McpProgram, McpServerSettings } from './mcp/mcp-settings.js';
export type { ChatMemoryOptions } from './memory/chat-memory.js';
export type { FileMemoryOptions } from './memory/file-memory.js';
export type { LongTermMemory, Memory, RememberedTurn } from './memory/long-term-memory.js';
export { memoryFolder } from './memory/memory-folder.js';
export { LOCAL_USER, memoryTool, memoryUser } from './memory/memory-tool.js';
export { type MemoryPorts, type MemorySettings, openMemory } from './memory/open-memory.js';
export { openToolBox, type ToolBoxOptions, type ToolBoxPorts } from './open-tool-box.js';
export { progressText } from './progress-text.js';
export { readToolSettings, type ToolSettings } from './settings.js';
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
export { createEyes, type EyesPorts, type EyesSettings } from './vision/create-eyes.js';
export { dataUrl, pictureKind } from './vision/data-url.js';
export type { Eyes, GetImageUrl } from './vision/picture-source.js';
export { sightPrompt, sourcesHere } from './vision/sources-here.js';
