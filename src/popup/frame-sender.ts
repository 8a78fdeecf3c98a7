import { encodeFrame, SERVER_FRAMES, type ServerFrameName } from './frames.js';

/** What a connection needs of a WebSocket. */
export interface PopupSocket {
  readonly bufferedAmount: number;
  send(frame: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

const GIVE_UP_BYTES = 8 * 1024 * 1024;

/** Frames to one client, which may know no more types than the tutorial's. One that reads too slowly is let go. */
export class FrameSender {
  /** Whether the client has shown with `options` that it knows all types. */
  knowsAll = false;
  readonly #socket: PopupSocket;
  readonly #onTooSlow: () => void;
  #isOver = false;

  constructor(socket: PopupSocket, onTooSlow: () => void) {
    this.#socket = socket;
    this.#onTooSlow = onTooSlow;
  }

  send(name: ServerFrameName, payload = ''): void {
    this.sendFrame(encodeFrame(SERVER_FRAMES[name], payload));
  }

  /** To those only who know such frames. */
  sendMore(name: ServerFrameName, payload = ''): void {
    if (this.knowsAll) this.send(name, payload);
  }

  sendFrame(frame: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#socket.bufferedAmount <= GIVE_UP_BYTES) {
      this.#socket.send(frame);
      return;
    }
    this.#isOver = true;
    this.#socket.terminate();
    this.#onTooSlow();
  }

  close(code: number, reason: string): void {
    if (!this.#isOver) this.#socket.close(code, reason);
  }

  /** Nobody is there any more. */
  end(): void {
    this.#isOver = true;
  }
}
