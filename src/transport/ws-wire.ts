import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { MAX_FRAME_BYTES } from '../protocol/index.js';
import type { Logger } from '../runtime/index.js';
import type { Wire, WireHandlers } from './wire.js';

const BINARY = { binary: true } as const;
const EMPTY_CLOSE_FRAME = Uint8Array.of(0x88, 0x00);
/** Never empty: MMDAgent-EX answers an empty ping with a pong of one byte. */
const PING_PAYLOAD = Buffer.from('bridge');

/**
 * The `ws` library's socket, kept from closing by itself.
 *
 * `ws` answers every protocol error, and every close frame, with a close frame that holds a code. MMDAgent-EX
 * parses those two bytes as text and puts them before its next message, so nothing but an empty close frame may
 * ever leave, and a bad byte must not end a connection at all. `ws` calls `close` for both: here it only tells.
 * After a protocol error `ws` has stopped reading for good; such a peer stays connected and is no longer understood.
 */
export class PeerWebSocket extends WebSocket {
  #onClose: () => void = () => {};

  set onCloseWanted(told: () => void) {
    this.#onClose = told;
  }

  override close(): void {
    this.#onClose();
  }
}

/** MMDAgent-EX as a WebSocket client: each unit is one binary frame, long ones several in one write. */
export class WsWire implements Wire {
  readonly socket: Socket;
  readonly farewell = EMPTY_CLOSE_FRAME;
  readonly #ws: PeerWebSocket;
  readonly #logger: Logger;
  #written: () => void = () => {};
  #isDeaf = false;

  constructor(socket: Socket, ws: PeerWebSocket, logger: Logger) {
    this.socket = socket;
    this.#ws = ws;
    this.#logger = logger;
  }

  attach(handlers: WireHandlers): void {
    this.#written = handlers.written;
    this.#ws.on('message', (data) => {
      if (data instanceof Uint8Array) handlers.bytes(data);
    });
    this.#ws.on('ping', (payload: Buffer) => {
      // Answered only when it leaves at once: pings of a peer that does not read must not pile up.
      if (this.#canWrite()) this.#ws.pong(payload, false, this.#written);
    });
    this.#ws.on('error', (error) => {
      this.#isDeaf = true;
      this.#logger.warn({ err: error }, 'Peer broke the WebSocket protocol; kept, but no longer understood');
    });
    // `ws` asks to close first and reports a protocol error directly after; what is no error is a goodbye.
    this.#ws.onCloseWanted = () => {
      process.nextTick(() => {
        if (!this.#isDeaf) handlers.goodbye();
      });
    };
  }

  send(frame: Uint8Array): void {
    if (frame.byteLength <= MAX_FRAME_BYTES) {
      this.#ws.send(frame, BINARY, this.#written);
      return;
    }
    // The peer sees a byte stream: where frames begin means nothing to it, their size does.
    this.socket.cork();
    for (let from = 0; from < frame.byteLength; from += MAX_FRAME_BYTES) {
      this.#ws.send(frame.subarray(from, from + MAX_FRAME_BYTES), BINARY, this.#written);
    }
    this.socket.uncork();
  }

  probe(): void {
    if (this.#canWrite()) this.#ws.ping(PING_PAYLOAD, false, this.#written);
  }

  keepAlive(): void {
    this.probe();
  }

  #canWrite(): boolean {
    return this.socket.writable && this.socket.writableLength === 0;
  }
}
