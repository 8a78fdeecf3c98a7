import type { Socket } from 'node:net';
import { Emitter } from '../runtime/index.js';
import type { ControlChannel, ControlChannelEvents } from './channel.js';
import { type ControlFrame, ControlFrameDecoder, encodeControlFrame } from './frame-codec.js';

/** The control protocol on a local socket (or any byte stream of node:net), for both ends. */
export class SocketChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  readonly #socket: Socket;
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const decoder = new ControlFrameDecoder();
    socket.on('data', (bytes: Uint8Array) => {
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
    // What was sent before still leaves.
    this.#socket.end();
    this.#end(undefined);
  }

  #end(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (error !== undefined) this.#socket.destroy();
    this.events.emit('closed', error);
  }
}
