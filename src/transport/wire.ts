import type { Socket } from 'node:net';

export interface WireHandlers {
  /** Payload that arrived; the bytes are the listener's during the call only. */
  bytes(bytes: Uint8Array): void;
  /** The peer said goodbye in-band (WebSocket close frame); FIN is seen on the socket itself. */
  goodbye(): void;
  /** The kernel has taken a write whole, whatever it was. */
  written(): void;
}

/**
 * How units are laid on one socket: bare (TCP) or as WebSocket frames. One wire per connection.
 *
 * Whatever it writes goes through `socket`, so that `socket.writableLength` is all that is unsent.
 */
export interface Wire {
  readonly socket: Socket;
  /** The last bytes before FIN; undefined for none. */
  readonly farewell: Uint8Array | undefined;
  /** Called once, before the first byte. */
  attach(handlers: WireHandlers): void;
  /** Gives one whole unit to the kernel in one write. */
  send(frame: Uint8Array): void;
  /** Sends something harmless that a living peer answers, if this wire has such a thing. */
  probe(): void;
  /** What keeps an idle connection known to routers; undefined when the kernel does it. */
  keepAlive?(): void;
}

/** MMDAgent-EX over TCP: units follow each other with nothing in between. */
export class TcpWire implements Wire {
  readonly socket: Socket;
  readonly farewell = undefined;
  readonly #livenessFrame: Uint8Array | undefined;
  #written: () => void = () => {};

  /** @param livenessFrame - an encoded line that does nothing; MMDAgent-EX echoes every message line. */
  constructor(socket: Socket, livenessFrame?: Uint8Array) {
    this.socket = socket;
    this.#livenessFrame = livenessFrame;
  }

  attach(handlers: WireHandlers): void {
    this.#written = handlers.written;
    this.socket.on('data', handlers.bytes);
  }

  send(frame: Uint8Array): void {
    this.socket.write(frame, this.#written);
  }

  probe(): void {
    if (this.#livenessFrame !== undefined) this.send(this.#livenessFrame);
  }
}
