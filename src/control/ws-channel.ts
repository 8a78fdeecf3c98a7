import type { WebSocket } from 'ws';
import { Emitter, errorText, ProtocolError } from '../runtime/index.js';
import type { ControlChannel, ControlChannelEvents } from './channel.js';
import type { ControlFrame } from './frame-codec.js';

/** The control protocol on a WebSocket of the `ws` package, for both ends: text is JSON, binary is sound. */
export class WsChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  readonly #socket: WebSocket;
  #isClosed = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      if (isBinary) this.events.emit('frame', { kind: 'sound', bytes });
      else this.events.emit('frame', { kind: 'json', text: bytes.toString('utf8') });
    });
    socket.on('error', (error) =>
      this.#end(new ProtocolError('BRIDGE_ERR_CONTROL_PROTOCOL', errorText(error), { cause: error })),
    );
    socket.on('close', () => this.#end(undefined));
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: ControlFrame): void {
    if (this.#isClosed || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame.kind === 'json' ? frame.text : frame.bytes);
  }

  close(): void {
    this.#socket.close();
    this.#end(undefined);
  }

  #end(error: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (error !== undefined) this.#socket.terminate();
    this.events.emit('closed', error);
  }
}
