import type { ProgramHost } from '../programs/index.js';
import { type Random, SILENT_LOGGER } from '../runtime/index.js';
import type { OpenMcpSession } from './mcp/mcp-session.js';
import type { McpServerSettings } from './mcp/mcp-settings.js';
import { openToolBox, type ToolBoxOptions, type ToolBoxPorts } from './open-tool-box.js';
import type { ToolBox } from './tool-box.js';

/** What the settings say of tools; see `readToolSettings`. */
export interface ToolBoxSettings extends ToolBoxOptions {
  readonly mcp?: Readonly<Record<string, McpServerSettings>>;
}

export interface ToolMachine extends Omit<ToolBoxPorts, 'sources'> {
  /** Starts MCP servers that are programs. Its environment is not theirs. */
  readonly host: ProgramHost;
  readonly random: Random;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch;
  /** Ours, told to MCP servers. @default '0' */
  readonly version?: string;
  /** @default by the official SDK, which is loaded when there is a server */
  readonly openMcpSession?: OpenMcpSession;
}

/**
 * Opens the tool box with the program's own tools and connects the MCP servers in the background: it does not wait for them.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - two tools with one name.
 */
export async function createToolBox(settings: ToolBoxSettings, machine: ToolMachine): Promise<ToolBox> {
  const named = Object.entries(settings.mcp ?? {});
  if (named.length === 0) return openToolBox(settings, machine);
  const { McpServer } = await import('./mcp/mcp-server.js');
  const { clock, random, log = SILENT_LOGGER } = machine;
  const openSession = machine.openMcpSession ?? lazySessions(machine);
  const sources = named.map(
    ([name, server]) => new McpServer(name, server, { clock, random, log, openSession }),
  );
  const box = openToolBox(settings, { ...machine, sources });
  for (const source of sources) source.start();
  return box;
}

/** Loads the SDK with the first session: some 100 ms that nobody waits for. */
function lazySessions(machine: ToolMachine): OpenMcpSession {
  const { host, clock, log = SILENT_LOGGER, fetch = globalThis.fetch, version = '0' } = machine;
  let opening: Promise<OpenMcpSession> | undefined;
  return async (...call) => {
    opening ??= import('./mcp/sdk-session.js').then(({ sdkSessions }) =>
      sdkSessions({ host, clock, log, fetch, version }),
    );
    return (await opening)(...call);
  };
}
