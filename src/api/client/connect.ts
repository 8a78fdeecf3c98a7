import { type Clock, SystemClock } from '../../runtime/index.js';
import { API_VERSION, SUBPROTOCOL_PREFIX } from '../protocol.js';
import { ApiError } from './api-error.js';
import { BridgeApi } from './bridge-api.js';
import type { OpenClientSocket } from './client-socket.js';
import { ApiLink } from './link.js';
import { ApiRest } from './rest.js';

export interface ConnectOptions {
  /** Of the server: `https://host/`, `http://localhost:39392/`, or where it lies behind a proxy. */
  readonly url: string | URL;
  /** An access key. In a browser a page of the server's own needs none: its cookie says who it is. */
  readonly key?: string | undefined;
  /** Of a visitor from another site, as header X-Bridge-Visitor told it. */
  readonly visitor?: string | undefined;
  /** Name and version of the program, for logs. @default 'mmdagent-bridge client' */
  readonly client?: string;
  /** Until a request that got no answer is rejected, milliseconds. @default 30000 */
  readonly requestTimeoutMs?: number;
  /** @default the browser's WebSocket; in Node that of package ws */
  readonly openSocket?: OpenClientSocket;
  /** @default the global one */
  readonly fetch?: typeof fetch;
  /** @default the machine's */
  readonly clock?: Clock;
  /** For the time between two tries, 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Connects to a server, now and for ever. @throws {TypeError} the URL is none. */
export function connect(options: ConnectOptions): BridgeApi {
  const base = baseOf(options.url);
  const openSocket = options.openSocket ?? openBrowserSocket;
  const address = new URL('api/v1/ws', base);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const protocols = [`${SUBPROTOCOL_PREFIX}${API_VERSION}`, ...credentials(options)];
  const rest = new ApiRest({
    base,
    fetch: options.fetch ?? ((...asked) => globalThis.fetch(...asked)),
    headers: {
      ...(options.key === undefined ? {} : { Authorization: `Bearer ${options.key}` }),
      ...(options.visitor === undefined ? {} : { 'X-Bridge-Visitor': options.visitor }),
    },
  });
  const link = new ApiLink({
    clock: options.clock ?? new SystemClock(),
    random: options.random ?? Math.random,
    client: options.client ?? 'mmdagent-bridge client',
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    open: () => openSocket(address.href, protocols),
    whyRefused: () => whyRefused(rest),
  });
  return new BridgeApi(link, rest);
}

function baseOf(url: string | URL): URL {
  const base = new URL(url);
  base.hash = '';
  base.search = '';
  if (base.protocol === 'ws:' || base.protocol === 'wss:')
    base.protocol = base.protocol === 'wss:' ? 'https:' : 'http:';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** Subprotocols stand for headers, which a browser cannot set; base64url, as other characters are none of a token. */
function credentials({ key, visitor }: ConnectOptions): string[] {
  if (key !== undefined) {
    const text = btoa(key).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    return [`Authorization.${text}`];
  }
  return visitor === undefined ? [] : [`Visitor.${visitor}`];
}

/** A browser tells nothing of a refused handshake: the same is asked by HTTP. */
async function whyRefused(rest: ApiRest): Promise<ApiError | undefined> {
  try {
    await rest.ask('personas');
    return undefined;
  } catch (error) {
    return error instanceof ApiError && (error.status === 401 || error.status === 403) ? error : undefined;
  }
}

function openBrowserSocket(url: string, protocols: readonly string[]): ReturnType<OpenClientSocket> {
  const { WebSocket } = globalThis as unknown as {
    readonly WebSocket: new (url: string, protocols: string[]) => ReturnType<OpenClientSocket>;
  };
  return new WebSocket(url, [...protocols]);
}
