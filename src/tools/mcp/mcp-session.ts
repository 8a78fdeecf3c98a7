import type { McpServerSettings } from './mcp-settings.js';

/** A tool as a server describes it. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a call brought, put into words and pictures. */
export interface McpResult {
  readonly value: unknown;
  readonly isError: boolean;
  /** `data:` URLs. */
  readonly images: readonly string[];
}

/** One connection to an MCP server, after the handshake. */
export interface McpSession {
  /** How the server wants its tools to be used. */
  readonly instructions: string | undefined;
  /** All pages. @throws {TransportError} BRIDGE_ERR_TOOL_SERVER */
  listTools(signal: AbortSignal): Promise<readonly McpTool[]>;
  /**
   * @throws {RequestError} BRIDGE_ERR_TOOL_FAILED - the server refused the call.
   * @throws {TransportError} BRIDGE_ERR_TOOL_SERVER - the connection is of no use any more.
   * @throws the signal's reason, after the server was told.
   */
  callTool(
    name: string,
    args: Readonly<Record<string, unknown>>,
    options: { readonly signal: AbortSignal; readonly onProgress: (progress: unknown) => void },
  ): Promise<McpResult>;
  /** Whether it still answers. @throws {TransportError} BRIDGE_ERR_TOOL_SERVER */
  ping(signal: AbortSignal): Promise<void>;
  /** Ends the connection, and the server's program in order; idempotent. Never rejects. */
  close(): Promise<void>;
}

export interface McpSessionEvents {
  /** It ended by itself; `reason` in words. Once. */
  readonly onEnded: (reason: string) => void;
  readonly onToolsChanged: () => void;
}

/** Connects and shakes hands. @throws {TransportError} BRIDGE_ERR_TOOL_SERVER; the signal's reason */
export type OpenMcpSession = (
  name: string,
  settings: McpServerSettings,
  events: McpSessionEvents,
  signal: AbortSignal,
) => Promise<McpSession>;
