import type { Socket } from 'node:net';
import { Emitter } from '../runtime/index.js';
import type { ControlChannel, ControlChannelEvents } from './channel.js';
import { type ControlFrame, ControlFrameDecoder, encodeControlFrame } from './frame-codec.js';

/** A side that neither reads nor closes for this long after we closed is cut off. */
const LINGER_MS = 2000;
/** So much may still come from a side that does not know of the end. */
const MAX_LATE_BYTES = 1024 * 1024;

/** The control protocol on a local socket (or any byte stream of node:net), for both ends. */
export class SocketChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  readonly #socket: Socket;
  #isClosed = false;
  #lateBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new ControlFrameDecoder();
    socket.on('data', (bytes: Uint8Array) => {
      if (this.#isClosed) {
        this.#lateBytes += bytes.byteLength;
        if (this.#lateBytes > MAX_LATE_BYTES) socket.destroy();
        return;
      }
      try {
        for (const frame of decoder.push(bytes)) this.events.emit('frame', frame);
      } catch (error) {
        this.#end(error);
      }
    });
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(undefined));
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  send(frame: ControlFrame): void {
    if (!this.#isClosed && this.#socket.writable) this.#socket.write(encodeControlFrame(frame));
  }

  close(): void {
    // What was sent before still leaves, unless the other side takes nothing any more.
    this.#socket.end();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
    this.#end(undefined);
  }

  #end(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (error !== undefined) this.#socket.destroy();
    this.events.emit('closed', error);
  }
}
