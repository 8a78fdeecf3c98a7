import {
  CLIENT_FRAMES,
  type ClientFrameName,
  decodeServerFrame,
  encodeFrame,
  type PopupOptions,
  payloadText,
} from '../../popup/frames.js';
import type { Clock, Timer } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { askFacts, Visitor, Waits } from './server-facts.js';
import type { Transport, TransportEvents, TransportState } from './transport.js';

export interface TransportParts {
  readonly server: string;
  readonly id: string;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

type Waiting = { readonly text: string } | { readonly recording: readonly Uint8Array[] };

/** A handshake, or a request, that takes longer will not come. */
const OPEN_MS = 15_000;

/**
 * Frames over a WebSocket that is opened anew when it is lost.
 *
 * | state      | opened, and the id is known | closed, or not reached  | close |
 * |------------|-----------------------------|-------------------------|-------|
 * | connecting | online                      | away                    | over  |
 * | online     | -                           | away; `lost` if pending | over  |
 * | away       | (tries again after a while) | away                    | over  |
 */
export class SocketTransport implements Transport {
  readonly events = new Emitter<TransportEvents>();
  readonly #parts: TransportParts;
  readonly #visitor = new Visitor();
  readonly #waits: Waits;
  #options: PopupOptions;
  #state: TransportState = 'connecting';
  #socket: WebSocket | undefined;
  #attempt: AbortController | undefined;
  #timer: Timer | undefined;
  #waiting: Waiting | undefined;
  /** Whether an answer is due on this connection. */
  #isPending = false;
  #recording: Uint8Array[] = [];
  /** The connection that has all of the recording so far. */
  #recordedOn: WebSocket | undefined;
  #isOver = false;

  constructor(parts: TransportParts, options: PopupOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#waits = new Waits(parts.random);
  }

  get state(): TransportState {
    return this.#state;
  }

  start(): void {
    if (!this.#isOver && this.#socket === undefined) void this.#open();
  }

  sendText(text: string): boolean {
    return this.#give({ text });
  }

  pushRecording(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#recording.length === 0) this.#recordedOn = this.#state === 'online' ? this.#socket : undefined;
    this.#recording.push(bytes);
    if (this.#recordedOn !== undefined) this.#send('userAudioChunk', bytes);
  }

  endRecording(): boolean {
    const recording = this.#recording;
    this.#recording = [];
    // What was sent over a connection that is gone is gone with it.
    const isThere = this.#state === 'online' && this.#recordedOn === this.#socket;
    if (!isThere) return this.#give({ recording });
    this.#isPending = true;
    this.#send('userAudioEnd');
    return true;
  }

  dropRecording(): void {
    const wasSent = this.#recording.length > 0 && this.#recordedOn === this.#socket;
    this.#recording = [];
    // The id, given again, makes the server forget what was recorded.
    if (wasSent) this.#send('setClientId', this.#parts.id);
  }

  stop(): void {
    if (this.#waiting !== undefined) this.#waiting = undefined;
    else this.#send('stopAnswer');
  }

  tune(options: PopupOptions): void {
    this.#options = options;
    this.#send('options', JSON.stringify(options));
  }

  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#attempt?.abort();
    this.#socket?.close();
    this.#socket = undefined;
    this.events.removeAllListeners();
  }

  async #open(): Promise<void> {
    const { server, clock } = this.#parts;
    const attempt = new AbortController();
    this.#attempt = attempt;
    const late = clock.after(OPEN_MS, () => attempt.abort());
    try {
      this.events.emit('facts', await askFacts(server, this.#visitor, attempt.signal));
      await this.#connect(attempt.signal);
    } catch {
      if (!this.#isOver) this.#tryLater();
    } finally {
      late.cancel();
    }
  }

  #connect(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return;
      const socket = new WebSocket(
        `${this.#parts.server.replace(/^http/, 'ws')}/popup/ws`,
        this.#visitor.subprotocols,
      );
      socket.binaryType = 'arraybuffer';
      this.#socket = socket;
      socket.onopen = () => {
        socket.send(encodeFrame(CLIENT_FRAMES.setClientId, this.#parts.id));
        socket.send(encodeFrame(CLIENT_FRAMES.options, JSON.stringify(this.#options)));
      };
      socket.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
        resolve();
        this.#take(new Uint8Array(data));
      };
      socket.onclose = () => {
        reject(new Error('closed'));
        this.#lost(socket);
      };
      signal.addEventListener('abort', () => {
        if (this.#state !== 'online') socket.close();
        reject(signal.reason);
      });
    });
  }

  #take(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    if (frame === undefined) return;
    const text = payloadText(frame);
    if (frame.name === 'ok') this.#isOnline();
    if (frame.name === 'textEnd') this.#isPending = false;
    this.events.emit('message', {
      type: frame.name ?? 'unknown',
      code: frame.type,
      text,
      bytes: frame.payload,
    });
  }

  #isOnline(): void {
    if (this.#state === 'online') return;
    this.#waits.reset();
    this.#set('online');
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    this.#give(waiting);
    this.events.emit('sent');
  }

  #give(message: Waiting): boolean {
    if (this.#state !== 'online') {
      this.#waiting = message;
      return false;
    }
    this.#isPending = true;
    if ('text' in message) this.#send('userText', message.text);
    else {
      for (const piece of message.recording) this.#send('userAudioChunk', piece);
      this.#send('userAudioEnd');
    }
    return true;
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket || this.#isOver) return;
    const wasOnline = this.#state === 'online';
    this.#socket = undefined;
    if (!wasOnline) return;
    const wasPending = this.#isPending;
    this.#isPending = false;
    this.#tryLater();
    if (wasPending) this.events.emit('lost');
  }

  #tryLater(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#set('away');
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(this.#waits.next(), () => void this.#open());
  }

  #send(name: ClientFrameName, payload: Uint8Array | string = ''): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(encodeFrame(CLIENT_FRAMES[name], payload));
  }

  #set(state: TransportState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.events.emit('state', state);
  }
}
