import type { ServerResponse } from 'node:http';

/** A reader that is this far behind reads nothing any more. */
const GIVE_UP_BYTES = 8 * 1024 * 1024;

/**
 * Server-sent events. Each event leaves in one write: readers exist that do not put together what two reads of the network divide
 * (ChatdollKit's).
 */
export class EventStream {
  readonly #response: ServerResponse;
  #isOver = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => {
      this.#isOver = true;
    });
  }

  /** Nobody reads any more, or it was ended. */
  get isOver(): boolean {
    return this.#isOver || this.#response.destroyed;
  }

  /** @returns whether somebody reads it. @param data - JSON, or the text as it is. */
  send(data: object | string, event?: string): boolean {
    if (this.isOver) return false;
    this.begin();
    if (this.#response.writableLength > GIVE_UP_BYTES) {
      this.#isOver = true;
      this.#response.destroy();
      return false;
    }
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    const lines = text.split(/\r\n|[\r\n]/).map((line) => `data: ${line}\r\n`);
    this.#response.write(`${event === undefined ? '' : `event: ${event}\r\n`}${lines.join('')}\r\n`);
    return true;
  }

  /** Keeps proxies from ending what is silent. */
  ping(): void {
    if (!this.isOver && this.#response.headersSent) this.#response.write(': ping\r\n\r\n');
  }

  /** Sends the head now. */
  begin(): void {
    if (this.#response.headersSent || this.isOver) return;
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would collect events.
      'X-Accel-Buffering': 'no',
    });
    this.#response.flushHeaders();
  }

  /** Idempotent. */
  end(): void {
    if (this.isOver) return;
    this.begin();
    this.#isOver = true;
    this.#response.end();
  }
}
