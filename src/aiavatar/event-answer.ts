import type { ServerResponse } from 'node:http';
import { BridgeError, errorText, type Timer } from '../runtime/index.js';
import { type Asked, EventStream, HttpRefusal } from '../server/index.js';
import { jsonLine } from './json-line.js';
import type { Room } from './ports.js';

/** Events to one request, each in one write, with a sign of life in between. */
export class EventAnswer {
  readonly #events: EventStream;
  readonly #room: Room;
  #ping: Timer | undefined;
  readonly response: ServerResponse;

  constructor({ response }: Pick<Asked, 'response'>, room: Room) {
    this.response = response;
    this.#events = new EventStream(response);
    this.#room = room;
  }

  /** Whether an event was sent: from then on what fails is told by an event. */
  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  send(event: object | string): void {
    this.#events.send(typeof event === 'string' ? event : jsonLine(event));
    this.#watch();
  }

  end(): void {
    this.#ping?.cancel();
    this.#ping = undefined;
    this.#events.end();
  }

  #watch(): void {
    this.#ping?.cancel();
    if (this.#events.isOver) return;
    this.#ping = this.#room.clock.after(this.#room.pingEveryMs, () => {
      this.#events.ping();
      this.#watch();
    });
  }
}

/** What a client may know of what failed. */
export function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof BridgeError || error instanceof HttpRefusal)
    return { code: error.code, message: errorText(error) };
  return { code: 'BRIDGE_ERR_STATE', message: 'The request failed' };
}
