import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Gate, gateRequestOf } from '../access/index.js';
import type { BridgeClient } from '../client/index.js';
import { hostInUrl, isAnyHost } from '../config/index.js';
import { type ControlChannel, MAX_CONTROL_FRAME_BYTES } from '../control/index.js';
import { BridgeError, type Clock, errorText, type Logger, TransportError } from '../runtime/index.js';
import { relayControl } from './control-relay.js';
import type { Endpoints } from './endpoint.js';
import { EndpointHost } from './endpoint-host.js';
import { answerError, HttpRefusal, refusalOf } from './http-answer.js';
import { loginEndpoints } from './login-endpoints.js';
import type { MachinePort } from './machine-port.js';
import { checkHost, checkOrigin, securityHeaders, setSecurityHeaders } from './request-guard.js';
import { passRest } from './rest-of-body.js';
import { createRoutes, type RouteTable } from './routes.js';
import type { SpeakerPort } from './speaker-port.js';
import { StaticFiles } from './static-files.js';
import { TalkLive } from './talk-live.js';
import type { TalkerPort } from './talk-port.js';

export interface PageServerOptions {
  /** Address to listen on; anything but a loopback address lets other machines make the avatar speak. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A new carrier to the daemon, one per browser. */
  readonly openChannel: () => Promise<ControlChannel>;
  /** The app's own client, through which sound of the HTTP routes goes. */
  readonly client: BridgeClient;
  /** Folder of the built pages. */
  readonly staticDir: string;
  /** The page at `/`. @default index.html */
  readonly homePage?: string;
  /** The sound file that ships with the package. */
  readonly samplePath: string;
  /** What the page may learn of this machine, on this machine only. @default nothing */
  readonly machine?: MachinePort;
  /** What speaks texts for the page. @default nobody */
  readonly speaker?: SpeakerPort;
  /** With whom pages converse. @default nobody */
  readonly talker?: TalkerPort;
  /** Of the app, in the text format of Prometheus; joins what the daemon tells. @default nothing */
  readonly moreMetrics?: () => Promise<string>;
  readonly version: string;
  /** Who may ask; with keys, everything that is not for everybody needs one. @default nothing is asked but the Host and Origin of this machine */
  readonly gate?: Gate;
  /** Protocols besides those of the page; they need a gate. */
  readonly endpoints?: readonly Endpoints[];
  /** The certificate, for https. @default http */
  readonly tls?: TlsPort;
  /** Where uploads lie while they are spoken. @default the system's temporary folder */
  readonly uploadFolder?: string;
  /** @default 500 MB */
  readonly maxUploadBytes?: number;
  /** An upload of which nothing comes for so long is given up. @default 30000 */
  readonly uploadIdleMs?: number;
}

/** A certificate and its key, which may be replaced while the server runs. */
export interface TlsPort {
  readonly context: { readonly cert: string; readonly key: string };
  /** @returns ends it. */
  onChange(listener: (context: TlsPort['context']) => void): () => void;
}

export interface PageServer {
  /** Where a browser on this machine finds the page. */
  readonly url: string;
  /** Browsers are let go at once, sound that was given to the daemon is spoken to its end. Idempotent. */
  close(): Promise<void>;
}

/** Protocols bound their own, 512 each; requests and pages come on top. */
const MAX_CONNECTIONS = 2048;
const MAX_BROWSERS = 64;
const HEADERS_TIMEOUT_MS = 15_000;
const MAX_PATH_CHARS = 4096;

/**
 * Serves the page, the HTTP routes behind its buttons, and the control protocol for browsers, in the app's process.
 *
 *   browser ⇄ HTTP → routes → BridgeClient ⇄ daemon;   browser ⇄ WebSocket /control → relay ⇄ a channel of its own ⇄ daemon
 *   browser ← WebSocket /api/talk/live ← TalkerPort: what happens in its conversation
 *
 * What can fail: a request (it is answered with a typed error), a browser (its relay ends), the daemon (503 until it is back).
 *
 * @throws {TransportError} BRIDGE_ERR_LINK_LISTEN; {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE - the page was not built.
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const { host, port, logger } = options;
  const closing = new AbortController();
  const files = new StaticFiles(options.staticDir, options.homePage);
  const routes = createRoutes({
    ...options,
    uploadFolder: options.uploadFolder ?? tmpdir(),
    maxUploadBytes: options.maxUploadBytes ?? 500_000_000,
    uploadIdleMs: options.uploadIdleMs ?? 30_000,
    demandsKey: () => options.gate?.demandsKey === true,
    signal: closing.signal,
  });
  // A long upload may take as long as it needs: Upload watches that it goes on.
  // Who names no Host is told so by us, with the headers that every answer has.
  const limits = { requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: false };
  const { tls, gate } = options;
  const server = tls === undefined ? createServer(limits) : createSecureServer({ ...limits, ...tls.context });
  const offTls = tls?.onChange((context) => {
    if ('setSecureContext' in server) server.setSecureContext(context);
  });
  const protocols =
    gate &&
    new EndpointHost({
      endpoints: [loginEndpoints(gate, options.clock), ...(options.endpoints ?? [])],
      gate,
      clock: options.clock,
      logger,
      signal: closing.signal,
    });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => {
    response.on('error', () => {});
    passRest(request, response, options.clock);
    serve(request, response).catch((error: unknown) => {
      const status = answerError(response, error);
      if (status < 500 || error instanceof BridgeError) return;
      logger.error({ err: error, path: request.url?.slice(0, 100) }, 'Request failed unexpectedly');
    });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CONTROL_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const live = options.talker === undefined ? undefined : new TalkLive(options.talker, options.clock);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    upgrade(request, socket, head).catch((error: unknown) => refuseUpgrade(socket, error));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    if (socket.writable) socket.end(rawAnswer(status));
    else socket.destroy();
  });
  await listen(server, host, port);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(request, response);
    const { path, query } = splitTarget(request);
    if (protocols?.has(path) === true) return protocols.serve(request, response, { path, query });
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (files.has(path)) {
      checkPlace(request);
      if (!isRead) throw wrongMethod('GET, HEAD');
      files.answer(path, request, response);
      return;
    }
    if (path === '/healthz') checkPlace(request);
    else await checkOperator(request);
    const byMethod = routeAt(routes, path);
    if (byMethod === undefined)
      throw new HttpRefusal(404, 'BRIDGE_ERR_USAGE', 'There is nothing at this path');
    const route = request.method === 'POST' ? byMethod.POST : isRead ? byMethod.GET : undefined;
    if (route === undefined) throw wrongMethod(byMethod.GET === undefined ? 'POST' : 'GET, HEAD');
    await route({ request, response, query });
  }

  /** Files and health are for everybody who names this server. */
  function checkPlace(request: IncomingMessage): void {
    if (gate === undefined) checkHost(request, host);
    else gate.checkHost(gateRequestOf(request));
  }

  /** What moves avatars and tells of the machine is for who runs it. */
  async function checkOperator(request: IncomingMessage): Promise<void> {
    if (gate?.demandsKey === true) {
      await gate.admit(gateRequestOf(request), 'operator');
      return;
    }
    checkPlace(request);
    const isRead = (request.method === 'GET' || request.method === 'HEAD') && !isUpgrade(request);
    if (!isRead) checkOrigin(request);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { path, query } = splitTarget(request);
    if (protocols?.hasSocket(path) === true) return protocols.upgrade(request, socket, head, { path, query });
    await checkOperator(request);
    if (path === '/api/talk/live' && live !== undefined) return live.upgrade(request, socket, head, query);
    if (path !== '/control') throw new HttpRefusal(404, 'BRIDGE_ERR_USAGE', 'The WebSocket is at /control');
    if (sockets.clients.size >= MAX_BROWSERS)
      throw new HttpRefusal(503, 'BRIDGE_ERR_QUEUE_FULL', 'Too many pages are open');
    const channel = await options.openChannel();
    if (socket.destroyed || closing.signal.aborted) {
      channel.close();
      socket.destroy();
      return;
    }
    socket.once('close', () => channel.close());
    sockets.handleUpgrade(request, socket, head, (browser) => relayControl(browser, channel, options.clock));
  }

  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server, host, tls === undefined ? 'http' : 'https'),
    close() {
      closed ??= new Promise<void>((resolve) => {
        closing.abort();
        offTls?.();
        for (const browser of sockets.clients) browser.terminate();
        live?.close();
        // What protocols still say to their clients goes first.
        void (protocols?.close() ?? Promise.resolve()).finally(() => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
      });
      return closed;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'something else listens there; choose another with --page-port'
          : errorText(error);
      reject(
        new TransportError(
          'BRIDGE_ERR_LINK_LISTEN',
          `Expected to serve the page on ${host}:${port}: ${why}`,
          {
            cause: error,
          },
        ),
      );
    });
    server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

function urlOf(server: Server, host: string, scheme: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return `${scheme}://${isAnyHost(bare) ? 'localhost' : hostInUrl(bare)}:${port}/`;
}

/** @throws {HttpRefusal} 400 */
function splitTarget(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.length > MAX_PATH_CHARS)
    throw new HttpRefusal(400, 'BRIDGE_ERR_USAGE', 'Expected a path');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    path: path === '/index.html' ? '/' : path,
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
  };
}

function isUpgrade(request: IncomingMessage): boolean {
  return request.headers.upgrade !== undefined;
}

function routeAt(routes: RouteTable, path: string): RouteTable[string] | undefined {
  return Object.hasOwn(routes, path) ? routes[path] : undefined;
}

function wrongMethod(allowed: string): HttpRefusal {
  return new HttpRefusal(405, 'BRIDGE_ERR_USAGE', `Expected ${allowed}`, { Allow: allowed });
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, headers } = refusalOf(error);
  socket.end(rawAnswer(status === 500 ? 503 : status, headers));
}

function rawAnswer(status: number, more: Readonly<Record<string, string>> = {}): string {
  const all = { ...securityHeaders(undefined), ...more };
  const headers = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Length: 0',
    ...headers,
    '\r\n',
  ].join('\r\n');
}
