import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { deserializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  ErrorCode,
  McpError,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { JsonSchemaValidator, jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation';
import type { ProgramHost } from '../../programs/index.js';
import { type Clock, type Logger, orAborted, RequestError } from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import { boundedFetch } from './bounded-fetch.js';
import { serverFault } from './mcp-fault.js';
import { mcpResult } from './mcp-result.js';
import type { McpResult, McpSession, McpSessionEvents, McpTool, OpenMcpSession } from './mcp-session.js';
import type { McpAddress } from './mcp-settings.js';
import { StdioTransport } from './stdio-transport.js';

export interface SdkPorts {
  readonly host: ProgramHost;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch: typeof globalThis.fetch;
  /** Ours, told to servers. */
  readonly version: string;
}

/** Our own clock ends requests; the SDK's must not come first. It is the longest that setTimeout bears. */
const NO_TIMEOUT_MS = 2_147_483_647;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_PAGES = 20;
/** The server is told that its session is over, and not waited for longer. */
const FAREWELL_MS = 1000;

/** Opens sessions by the official SDK. This file is imported when the first server is connected. */
export function sdkSessions(ports: SdkPorts): OpenMcpSession {
  return async (name, settings, events, signal) => {
    if ('command' in settings) {
      const transport = new StdioTransport(name, settings, { ...ports, readMessage: deserializeMessage });
      const why = (): string => transport.endReason;
      return SdkSession.open({ name, transport, events, why, ports, signal });
    }
    return openByHttp(name, settings, { events, ports, signal });
  };
}

interface Opening {
  readonly events: McpSessionEvents;
  readonly ports: SdkPorts;
  readonly signal: AbortSignal;
}

/** Streamable HTTP first; a server that does not know it answers with a status of 400 to 499, and is asked the older way. */
async function openByHttp(name: string, settings: McpAddress, opening: Opening): Promise<McpSession> {
  const url = new URL(settings.url);
  const parts = {
    requestInit: { headers: { ...settings.headers } },
    fetch: boundedFetch(opening.ports.fetch, MAX_MESSAGE_BYTES),
  };
  const why = (): string => `the connection to ${url.host} ended`;
  try {
    const transport = new StreamableHTTPClientTransport(url, parts);
    const farewell = (): Promise<void> => transport.terminateSession();
    return await SdkSession.open({ name, transport: transport as Transport, why, farewell, ...opening });
  } catch (error) {
    const status = error instanceof StreamableHTTPError ? (error.code ?? 0) : 0;
    if (![400, 404, 405, 406, 415].includes(status)) throw openingFault(name, url, error, opening.signal);
  }
  try {
    const transport = new SSEClientTransport(url, parts);
    return await SdkSession.open({ name, transport, why, ...opening });
  } catch (error) {
    throw openingFault(name, url, error, opening.signal);
  }
}

function openingFault(name: string, url: URL, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const status = error instanceof StreamableHTTPError ? error.code : undefined;
  if (status === 401 || status === 403)
    return serverFault(name, `${url.host} refused (${status}). Check the key in its headers.`, error);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return serverFault(
    name,
    `${url.host} is no MCP server or does not answer: ${faultText(error)}${cause}`,
    error,
  );
}

interface SessionParts extends Opening {
  readonly name: string;
  readonly transport: Transport;
  /** Why the connection ended. */
  readonly why: () => string;
  readonly farewell?: () => Promise<void>;
}

class SdkSession implements McpSession {
  readonly #parts: SessionParts;
  readonly #client: Client;
  #isOpen = false;
  #isClosed = false;

  static async open(parts: SessionParts): Promise<SdkSession> {
    const session = new SdkSession(parts);
    try {
      await orAborted(
        session.#client.connect(parts.transport, { signal: parts.signal, timeout: NO_TIMEOUT_MS }),
        parts.signal,
      );
      session.#isOpen = true;
      return session;
    } catch (error) {
      session.#isClosed = true;
      await session.#client.close().catch(() => {});
      await parts.transport.close().catch(() => {});
      throw session.#openingError(error);
    }
  }

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#client = new Client(
      { name: 'mmdagent-bridge', version: parts.ports.version },
      // Answers are words for a model: nothing depends on the schema that a server gives for them, and none of it is compiled here.
      { capabilities: {}, jsonSchemaValidator: TRUSTING },
    );
    this.#client.onclose = () => this.#onEnded();
    this.#client.onerror = (error) =>
      parts.ports.log.debug({ server: parts.name, error: faultText(error) }, 'MCP connection');
    this.#client.setNotificationHandler(ToolListChangedNotificationSchema, () =>
      parts.events.onToolsChanged(),
    );
  }

  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }

  async listTools(signal: AbortSignal): Promise<readonly McpTool[]> {
    const tools: McpTool[] = [];
    let cursor: string | undefined;
    try {
      for (let page = 0; page < MAX_PAGES; page++) {
        const answer = await this.#client.listTools(
          cursor === undefined ? {} : { cursor },
          this.#limits(signal),
        );
        for (const { name, title, description, inputSchema } of answer.tools)
          tools.push({ name, description: description ?? title ?? '', parameters: { ...inputSchema } });
        cursor = answer.nextCursor;
        if (cursor === undefined) return tools;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw serverFault(this.#parts.name, `it does not tell its tools: ${faultText(error)}`, error);
    }
    return tools;
  }

  async callTool(
    name: string,
    args: Readonly<Record<string, unknown>>,
    {
      signal,
      onProgress,
    }: { readonly signal: AbortSignal; readonly onProgress: (progress: unknown) => void },
  ): Promise<McpResult> {
    try {
      const limits = { ...this.#limits(signal), onprogress: onProgress };
      const answer = await this.#client.callTool(
        { name, arguments: { ...args } },
        CallToolResultSchema,
        limits,
      );
      return mcpResult(answer as Parameters<typeof mcpResult>[0]);
    } catch (error) {
      signal.throwIfAborted();
      throw this.#callFault(error);
    }
  }

  async ping(signal: AbortSignal): Promise<void> {
    try {
      await this.#client.ping(this.#limits(signal));
    } catch (error) {
      signal.throwIfAborted();
      // A refusal is an answer.
      if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed) return;
      throw serverFault(this.#parts.name, faultText(error), error);
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { farewell, ports } = this.#parts;
    if (farewell !== undefined) {
      const limit = new AbortController();
      const timer = ports.clock.after(FAREWELL_MS, () => limit.abort());
      await orAborted(farewell(), limit.signal).catch(() => {});
      timer.cancel();
    }
    await this.#client.close().catch(() => {});
  }

  #limits(signal: AbortSignal) {
    return { signal, timeout: NO_TIMEOUT_MS };
  }

  #callFault(error: unknown): Error {
    const { name } = this.#parts;
    if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed)
      return new RequestError('BRIDGE_ERR_TOOL_FAILED', error.message, { cause: error });
    const reason = this.#isClosed || error instanceof McpError ? this.#parts.why() : faultText(error);
    return serverFault(name, reason, error);
  }

  #openingError(error: unknown): unknown {
    const { signal, name, why, transport } = this.#parts;
    if (signal.aborted) return signal.reason;
    // What a program said before it ended tells more than that the connection ended.
    if (transport instanceof StdioTransport && error instanceof McpError)
      return serverFault(name, why(), error);
    return error;
  }

  #onEnded(): void {
    // Before it is open, who opens it is told by the error.
    if (this.#isClosed || !this.#isOpen) return;
    this.#isClosed = true;
    this.#parts.events.onEnded(this.#parts.why());
  }
}

/** Passes everything. */
const TRUSTING: jsonSchemaValidator = {
  getValidator:
    <T>(): JsonSchemaValidator<T> =>
    (input) => ({ valid: true, data: input as T, errorMessage: undefined }),
};
