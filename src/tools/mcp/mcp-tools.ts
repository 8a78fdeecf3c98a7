import { cutText } from '../result-text.js';
import type { Tool } from '../tool.js';
import type { McpTool } from './mcp-session.js';
import type { McpServerSettings } from './mcp-settings.js';

const MAX_DESCRIPTION_CHARS = 2000;
const MAX_INSTRUCTIONS_CHARS = 4000;
const MAX_TOOLS = 256;

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

/** What a server told as tools of ours: those that are wanted, 256 at most, with what is too long cut. */
export function mcpTools({
  name: server,
  settings,
  instructions = '',
  told,
  run,
}: ToldTools): readonly Tool[] {
  const { only, dynamic = false, timeoutMs, backgroundAfterMs } = settings;
  const wanted = only === undefined ? told : told.filter(({ name }) => only.includes(name));
  const instruction = instructions.trim().slice(0, MAX_INSTRUCTIONS_CHARS);
  return wanted.slice(0, MAX_TOOLS).map(({ name, description, parameters }) => ({
    name,
    description: cutText(description, MAX_DESCRIPTION_CHARS),
    parameters,
    isDynamic: dynamic,
    ...(instruction === '' ? {} : { instruction: `## Tools of ${server}\n${instruction}` }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(backgroundAfterMs === undefined ? {} : { backgroundAfterMs }),
    run: (...call) => run(name, ...call),
  }));
}

/** Names that the settings want and the server does not have. */
export function missingTools({ only = [] }: McpServerSettings, told: readonly McpTool[]): readonly string[] {
  return only.filter((wanted) => !told.some(({ name }) => name === wanted));
}
