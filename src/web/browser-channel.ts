import type { ControlChannel, ControlChannelEvents } from '../control/channel.js';
import type { ControlFrame } from '../control/frame-codec.js';
import { Emitter } from '../runtime/emitter.js';

/** The control protocol on a browser's WebSocket. */
class BrowserChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  readonly #socket: WebSocket;
  #isClosed = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.events.emit('frame', { kind: 'json', text: data });
      else this.events.emit('frame', { kind: 'sound', bytes: new Uint8Array(data) });
    });
    socket.addEventListener('close', () => this.#end());
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: ControlFrame): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (frame.kind === 'json') this.#socket.send(frame.text);
    else this.#socket.send(new Uint8Array(frame.bytes));
  }

  close(): void {
    this.#socket.close();
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.events.emit('closed', undefined);
  }
}

/** Where the page's own server takes WebSockets. @param path - from the page's address, with its query. */
export function socketUrl(path: string): URL {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** Rejects when the server, or the daemon behind it, is not there. */
export function openBrowserChannel(): Promise<ControlChannel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl('control'));
    socket.binaryType = 'arraybuffer';
    const channel = new BrowserChannel(socket);
    const offClosed = channel.events.on('closed', () => reject(new Error('The bridge does not answer')));
    socket.addEventListener('open', () => {
      offClosed();
      resolve(channel);
    });
  });
}
