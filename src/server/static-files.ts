import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { ConfigError, errorText } from '../runtime/index.js';

interface StaticFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Of the file of a page. */
function pageName(file: string): string {
  return file === 'index.html' ? 'console' : file.slice(0, -'.html'.length);
}

const EMBEDDED: ReadonlySet<string> = new Set(['/widget.js']);

/**
 * The files of the page, held in memory: they are few and small, and neither a rebuild under a running server nor a lack of
 * file handles can then break an answer.
 */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  /**
   * @param home - the file that is served at `/`.
   * @throws {ConfigError} BRIDGE_ERR_CONFIG_UNREADABLE - the folder is not there: the page was not built.
   */
  constructor(folder: string, home = 'index.html') {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const type = TYPES[extname(entry.name)];
        if (!entry.isFile() || type === undefined) continue;
        const bytes = readFileSync(join(folder, entry.name));
        const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
        const file = { bytes, type, etag };
        if (entry.name === home) this.#files.set('/', file);
        // `/voice` reads better than `/voice.html`, which stays for those who have it.
        if (extname(entry.name) === '.html') this.#files.set(`/${pageName(entry.name)}`, file);
        if (entry.name !== 'index.html') this.#files.set(`/${entry.name}`, file);
        // The console asks for the key; other pages lead there.
        else this.#files.set('/login', file);
      }
    } catch (error) {
      const message = `Expected the built page in ${folder}: ${errorText(error)}. Run \`npm run build\``;
      throw new ConfigError('BRIDGE_ERR_CONFIG_UNREADABLE', message, { cause: error });
    }
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Answers a GET or HEAD of a path it `has`. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    response.setHeader('ETag', file.etag);
    response.setHeader('Cache-Control', 'no-cache');
    // What is embedded in pages of others.
    if (EMBEDDED.has(path)) response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.byteLength });
    response.end(file.bytes);
  }
}
