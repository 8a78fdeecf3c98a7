import { cutText } from '../result-text.js';
import type { Tool } from '../tool.js';
import type { McpTool } from './mcp-session.js';
import type { McpServerSettings } from './mcp-settings.js';

const MAX_DESCRIPTION_CHARS = 2000;
const MAX_INSTRUCTIONS_CHARS = 4000;
const MAX_TOOLS = 256;
/** Beyond these a schema is no description any more: it would go up with every request, and deep ones cannot be written as JSON. */
const MAX_SCHEMA_CHARS = 100_000;
const MAX_SCHEMA_DEPTH = 100;

export interface ToldTools {
  /** The server's, in the settings. */
  readonly name: string;
  readonly settings: McpServerSettings;
  /** How the server wants its tools to be used. */
  readonly instructions: string | undefined;
  readonly told: readonly McpTool[];
  /** Runs the tool of this name. */
  readonly run: (name: string, ...call: Parameters<Tool['run']>) => ReturnType<Tool['run']>;
}

export interface ServerTools {
  readonly tools: readonly Tool[];
  /** Names of those with a schema that nobody can send, which are left out. */
  readonly unusable: readonly string[];
}

/** What a server told as tools of ours: those that are wanted, 256 at most, with what is too long cut. */
export function mcpTools({ name: server, settings, instructions = '', told, run }: ToldTools): ServerTools {
  const { only, dynamic = false, timeoutMs, backgroundAfterMs } = settings;
  const unusable = new Set(told.filter((tool) => !hasUsableSchema(tool)));
  const isWanted = (tool: McpTool): boolean => only === undefined || only.includes(tool.name);
  const wanted = told.filter((tool) => isWanted(tool) && !unusable.has(tool));
  const instruction = instructions.trim().slice(0, MAX_INSTRUCTIONS_CHARS);
  const tools = wanted.slice(0, MAX_TOOLS).map(
    ({ name, description, parameters }): Tool => ({
      name,
      description: cutText(description, MAX_DESCRIPTION_CHARS),
      parameters,
      isDynamic: dynamic,
      ...(instruction === '' ? {} : { instruction: `## Tools of ${server}\n${instruction}` }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(backgroundAfterMs === undefined ? {} : { backgroundAfterMs }),
      run: (...call) => run(name, ...call),
    }),
  );
  return { tools, unusable: [...unusable].map((tool) => tool.name) };
}

/** Whether the schema of a tool can go up with a request. */
function hasUsableSchema({ parameters }: McpTool): boolean {
  return isWithin(parameters, MAX_SCHEMA_DEPTH) && JSON.stringify(parameters).length <= MAX_SCHEMA_CHARS;
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isWithin(item, depth - 1));
}

/** Names that the settings want and the server does not have. */
export function missingTools({ only = [] }: McpServerSettings, told: readonly McpTool[]): readonly string[] {
  return only.filter((wanted) => !told.some(({ name }) => name === wanted));
}
