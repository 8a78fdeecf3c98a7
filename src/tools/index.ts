export type { Tool, ToolContext, ToolOutcome, TurnMetadata } from './tool.js';
