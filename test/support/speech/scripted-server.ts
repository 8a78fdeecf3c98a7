import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a script sees it. */
export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the server does with a request. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /**
   * How it ends: `whole`; `silent` never says a word; `headers` stops behind them; `half` stops in the middle of the body; `cut`
   * breaks the connection there; `late` ends a moment behind the last byte.
   */
  readonly ending?: 'whole' | 'silent' | 'headers' | 'half' | 'cut' | 'late';
}

export type Script = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

/** A real HTTP server on loopback that plays a script and notices who goes away before the end. */
export class ScriptedServer {
  readonly requests: ScriptedRequest[] = [];
  /** Requests whose client closed before the answer was whole. */
  leftEarly = 0;
  /** Answers that have ended, and were taken to their end. */
  finished = 0;
  /** How often somebody connected. */
  connections = 0;
  script: Script = () => ({ status: 404, body: 'no script' });
  readonly #server: Server;

  static async start(script?: Script): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    if (script !== undefined) scripted.script = script;
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.on('connection', () => this.connections++);
  }

  get server(): Server {
    return this.#server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('close', () => {
      if (response.writableFinished) this.finished++;
      else this.leftEarly++;
    });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = new URL(request.url ?? '/', 'http://server');
    const seen: ScriptedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(parts).toString('utf8'),
    };
    this.requests.push(seen);
    await this.#answer(response, await this.script(seen));
  }

  async #answer(response: ServerResponse, answer: ScriptedAnswer): Promise<void> {
    const { status = 200, headers = {}, body = '', ending = 'whole' } = answer;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (ending === 'silent') return;
    response.writeHead(status, headers);
    if (ending === 'headers') {
      response.flushHeaders();
      return;
    }
    if (ending === 'whole') {
      response.end(bytes);
      return;
    }
    if (ending === 'late') {
      response.write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.end();
      return;
    }
    response.write(bytes.subarray(0, bytes.byteLength >> 1));
    if (ending === 'half') return;
    // What was written must be on its way before the connection breaks.
    await new Promise((resolve) => setTimeout(resolve, 30));
    response.socket?.destroy();
  }
}
