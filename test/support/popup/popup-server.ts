import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { Caller } from '../../../src/access/index.js';
import { type PopupPorts, popupEndpoints } from '../../../src/popup/index.js';
import { BridgeError, errorText, SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { type Endpoints, HttpRefusal, type Refusal } from '../../../src/server/index.js';

export interface PopupServer {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly endpoints: Endpoints;
  /** Answers that nobody's request is waiting for any more must not be written. */
  readonly doubleAnswers: number;
  close(): Promise<void>;
}

export interface PopupServerOptions extends Partial<Omit<PopupPorts, 'sessions'>> {
  readonly sessions: PopupPorts['sessions'];
  readonly port?: number;
  /** Built pages. @default none */
  readonly folder?: string;
  /** On every page. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether browsers of other sites may ask, as where the operator allows them. */
  readonly allowsOrigins?: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A server with nothing but the popup's endpoints: the caller is who the header `X-Caller` or the visitor's token says. */
export async function startPopupServer(options: PopupServerOptions): Promise<PopupServer> {
  const clock = options.clock ?? new SystemClock();
  const endpoints = popupEndpoints({ logger: SILENT_LOGGER, ...options, clock });
  const counted = { doubleAnswers: 0 };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    if (options.allowsOrigins === true) allowOrigin(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const endpoint = endpoints.http.find((one) => one.method === request.method && one.path === path);
    if (endpoint === undefined) {
      answerFile(path, response, options);
      return;
    }
    const leave = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) leave.abort();
    });
    const write = response.writeHead.bind(response);
    response.writeHead = ((...parts: Parameters<typeof write>) => {
      if (response.headersSent) counted.doubleAnswers++;
      return write(...parts);
    }) as typeof response.writeHead;
    const asked = {
      request,
      response,
      query: new URLSearchParams(),
      params: {},
      caller: callerOf(request),
      signal: leave.signal,
    };
    Promise.resolve(endpoint.handle(asked)).catch((error: unknown) => {
      if (!response.headersSent && !response.destroyed) endpoint.refuse?.(response, refusalOf(error));
    });
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 4 << 20 });
  server.on('upgrade', (request, socket, head) => {
    const endpoint = endpoints.sockets.find(({ path }) => path === (request.url ?? '').replace(/\?.*/, ''));
    if (endpoint === undefined) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('error', () => {});
      endpoint.accept(accepted, {
        request,
        query: new URLSearchParams(),
        params: {},
        caller: callerOf(request),
        spendTurn: () => {},
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    endpoints,
    get doubleAnswers() {
      return counted.doubleAnswers;
    },
    close: async () => {
      await endpoints.close();
      for (const socket of sockets.clients) socket.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function callerOf({ headers }: IncomingMessage): Caller {
  const token = /Visitor\.(\w+)/.exec(String(headers['sec-websocket-protocol'] ?? ''))?.[1];
  const name = String(headers['x-caller'] ?? headers['x-bridge-visitor'] ?? token ?? 'nobody');
  return { id: `visitor:${name}`, role: 'visitor', label: name };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof HttpRefusal)
    return { status: error.status, code: error.code, message: error.message, headers: error.headers };
  const code = error instanceof BridgeError ? error.code : 'BRIDGE_ERR_STATE';
  return {
    status: code === 'BRIDGE_ERR_QUEUE_FULL' ? 503 : 400,
    code,
    message: errorText(error),
    headers: {},
  };
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? 'null');
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Allow-Headers', 'content-type, x-bridge-visitor');
  response.setHeader('Access-Control-Expose-Headers', 'x-bridge-visitor');
  response.setHeader('X-Bridge-Visitor', 'token1');
}

function answerFile(path: string, response: ServerResponse, { folder, headers }: PopupServerOptions): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  // What other sites load by a tag, as the operator allows.
  if (path === '/widget.js') response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  try {
    if (folder === undefined || !/^\/[\w.-]+$/.test(path)) throw new Error('none');
    const bytes = readFileSync(join(folder, path));
    response
      .writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
