import { type PopupOptions, SERVER_FRAMES, type ServerFrameName } from '../../popup/frames.js';
import type { Timer } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { fromBase64, toBase64 } from './base64.js';
import { askFacts, Visitor, Waits } from './server-facts.js';
import type { TransportParts } from './socket-transport.js';
import type { Transport, TransportEvents, TransportState } from './transport.js';

type Body = { readonly message: string } | { readonly audio: string };

const FACTS_MS = 15_000;

/**
 * One request for each message, `POST /api/message`. Its answer is told as the messages that a WebSocket would have brought.
 *
 * A request that failed on its way is not sent again: it may have been answered. While the server is away it is asked for its facts,
 * after 1 to 30 s, until it is back.
 */
export class RequestTransport implements Transport {
  readonly events = new Emitter<TransportEvents>();
  readonly #parts: TransportParts;
  readonly #visitor = new Visitor();
  readonly #waits: Waits;
  #options: PopupOptions;
  #state: TransportState = 'connecting';
  #recording: Uint8Array[] = [];
  #waiting: Body | undefined;
  #running: AbortController | undefined;
  #timer: Timer | undefined;
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
    void this.#reach();
  }

  sendText(text: string): boolean {
    return this.#give({ message: text });
  }

  pushRecording(bytes: Uint8Array): void {
    this.#recording.push(bytes);
  }

  endRecording(): boolean {
    return this.#give({ audio: toBase64(this.#recording.splice(0)) });
  }

  dropRecording(): void {
    this.#recording = [];
  }

  stop(): void {
    this.#waiting = undefined;
    this.#running?.abort();
  }

  tune(options: PopupOptions): void {
    this.#options = options;
  }

  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#running?.abort();
    this.events.removeAllListeners();
  }

  async #reach(): Promise<void> {
    const attempt = new AbortController();
    const late = this.#parts.clock.after(FACTS_MS, () => attempt.abort());
    try {
      const facts = await askFacts(this.#parts.server, this.#visitor, attempt.signal);
      if (this.#isOver) return;
      this.events.emit('facts', facts);
      this.#waits.reset();
      this.#set('online');
      this.#sendWaiting();
    } catch {
      this.#tryLater();
    } finally {
      late.cancel();
    }
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    this.events.emit('sent');
    void this.#post(waiting);
  }

  #give(body: Body): boolean {
    if (this.#state !== 'online') {
      this.#waiting = body;
      return false;
    }
    void this.#post(body);
    return true;
  }

  async #post(body: Body): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    try {
      const response = await fetch(`${this.#parts.server}/api/message`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json', ...this.#visitor.headers },
        body: JSON.stringify({ id: this.#parts.id, ...body, ...this.#options, details: true }),
        signal: running.signal,
      });
      this.#visitor.hear(response);
      if (response.ok) this.#tell((await response.json()) as Record<string, unknown>, 'audio' in body);
      else this.#emit('error', (await response.text()).slice(0, 300) || `HTTP ${response.status}`);
      this.#emit('textEnd');
    } catch {
      this.#failed(running.signal.aborted);
    }
  }

  #failed(wasStopped: boolean): void {
    if (this.#isOver) return;
    if (wasStopped) {
      this.#emit('stopped');
      this.#emit('textEnd');
      return;
    }
    this.#tryLater();
    this.events.emit('lost');
  }

  #tell({ answer, audio, user, emotion }: Record<string, unknown>, wasSpoken: boolean): void {
    if (wasSpoken && typeof user === 'string') this.#emit('userText', user);
    if (typeof emotion === 'string') this.#emit('emotion', emotion);
    if (typeof audio === 'string') {
      const file = fromBase64(audio);
      const payload = new Uint8Array(4 + file.byteLength);
      payload.set(file, 4);
      this.#emit('audioChunk', '', payload);
    }
    if (typeof answer === 'string' && answer !== '') this.#emit('textChunk', answer);
    if (typeof audio === 'string') this.#emit('audioEnd');
  }

  #emit(type: ServerFrameName, text = '', bytes: Uint8Array = new TextEncoder().encode(text)): void {
    this.events.emit('message', { type, code: SERVER_FRAMES[type], text, bytes });
  }

  #tryLater(): void {
    if (this.#isOver) return;
    this.#set('away');
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(this.#waits.next(), () => void this.#reach());
  }

  #set(state: TransportState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.events.emit('state', state);
  }
}
